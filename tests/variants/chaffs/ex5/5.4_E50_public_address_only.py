# task 5.4; mistake E50; wrong because it has no address where there is no public one
def deploy_model(
    s3, ec2, bucket, name, version, *, image_id, security_group_id, instance_profile, port=5000, timeout=300
):

    import http.client
    import shlex
    import time
    import urllib.error
    import urllib.request
    import uuid

    token = uuid.uuid4().hex
    tag = f"model-{token}"
    code_key = f"code/{token}.py"
    upload_file(s3, __file__, bucket, code_key)
    command = shlex.join(["python3", "app.py", "serve", bucket, name, str(version), str(port)])
    user_data = "\n".join(
        [
            "#!/bin/bash",
            "set -e",
            "mkdir -p /opt/model",
            "cd /opt/model",
            "aws s3 cp " + shlex.quote(f"s3://{bucket}/{code_key}") + " app.py",
            "exec " + command,
            "",
        ]
    )

    def healthy(url, seconds):
        try:
            with urllib.request.urlopen(f"{url}/health", timeout=seconds) as answer:
                return answer.status == 200
        except (OSError, http.client.HTTPException):
            return False

    def cleanup():
        ids = {instance_id} if instance_id else set()
        for _ in range(1 if ids else 3):
            for page in ec2.get_paginator("describe_instances").paginate(
                Filters=[{"Name": "tag:Name", "Values": [tag]}]
            ):
                for reservation in page["Reservations"]:
                    ids.update(i["InstanceId"] for i in reservation["Instances"])
            if ids:
                set_instance_state(ec2, sorted(ids), "terminated")
                return
            time.sleep(2)

    instance_id = None
    try:
        deadline = time.monotonic() + timeout
        instance_id = launch_instance(
            ec2,
            tag,
            image_id=image_id,
            security_group_id=security_group_id,
            user_data=user_data,
            instance_profile=instance_profile,
        )
        while True:
            answer = ec2.describe_instances(InstanceIds=[instance_id])
            instance = answer["Reservations"][0]["Instances"][0]
            host = instance["PublicIpAddress"]
            url = f"http://{host}:{port}"
            if host and healthy(url, 5):
                return url
            if time.monotonic() >= deadline:
                raise TimeoutError(f"{url} was not healthy within {timeout} s")
            time.sleep(2)
    except BaseException:
        cleanup()
        raise
