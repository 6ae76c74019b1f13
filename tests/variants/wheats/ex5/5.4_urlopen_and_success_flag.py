# task 5.4; right: a success flag with finally, urllib, exec of the given serve command with the newest pip
def deploy_model(
    s3, ec2, bucket, name, version, *, image_id, security_group_id, instance_profile, port=5000, timeout=300
):
    run = uuid.uuid1().hex
    upload_file(s3, __file__, bucket, f"code/{run}.py")
    command = shlex.join(["python3", "/tmp/serve.py", "serve", bucket, name, f"{version}", f"{port}"])
    command = command.replace("/tmp/serve.py", '"$dir/serve.py"')
    user_data = (
        "#!/bin/bash -ex\n"
        "dir=$(mktemp -d)\n"
        f'aws s3 cp {shlex.quote(f"s3://{bucket}/code/{run}.py")} "$dir/serve.py"\n'
        "yum install -y python3-pip\n"
        "pip install waitress flask joblib scikit-learn pandas boto3\n"
        f"exec {command}\n"
    )
    healthy = False
    try:
        instance_id = launch_instance(
            ec2,
            run,
            image_id=image_id,
            security_group_id=security_group_id,
            user_data=user_data,
            instance_profile=instance_profile,
        )
        deadline = time.time() + timeout
        while time.time() < deadline:
            pages = ec2.get_paginator("describe_instances").paginate(InstanceIds=[instance_id])
            (instance,) = [i for page in pages for r in page["Reservations"] for i in r["Instances"]]
            host = instance.get("PublicIpAddress") or instance.get("PrivateIpAddress")
            try:
                with urllib.request.urlopen(f"http://{host}:{port}/health", timeout=1) as response:
                    healthy = json.load(response) == {"status": "ok"}
            except (OSError, ValueError):
                pass
            if healthy:
                return f"http://{host}:{port}"
            time.sleep(0.25)
        raise TimeoutError(f"no health on port {port} after {timeout} s")
    finally:
        if not healthy:
            answer = ec2.describe_instances(Filters=[{"Name": "tag:Name", "Values": [run]}])
            for reservation in answer["Reservations"]:
                set_instance_state(ec2, [one["InstanceId"] for one in reservation["Instances"]], "terminated")
