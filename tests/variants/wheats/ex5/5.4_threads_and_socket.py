# task 5.4; right: own user data with a heredoc service, wait with sockets, address from the waiter
import http.client


def deploy_model(
    s3, ec2, bucket, name, version, *, image_id, security_group_id, instance_profile, port=5000, timeout=300
):
    mark = f"deploy-{uuid.uuid4()}"
    key = f"code/{mark}/exercise.py"
    upload_file(s3, __file__, bucket, key)
    values = {"KEY": f"s3://{bucket}/{key}", "BUCKET": bucket, "NAME": name, "VERSION": str(version), "PORT": str(port)}
    lines = [f"export {word}={shlex.quote(text)}" for word, text in values.items()]
    script = "\n".join(
        [
            "#!/bin/bash",
            *lines,
            'mkdir -p /tmp/app && cd /tmp/app || cd "$(mktemp -d)"',
            'aws s3 cp "$KEY" exercise.py',
            "pip3 install boto3 flask joblib pandas scikit-learn waitress",
            'python3 exercise.py serve "$BUCKET" "$NAME" "$VERSION" "$PORT" &',
            "wait",
        ]
    )
    try:
        found = launch_instance(
            ec2,
            mark,
            image_id=image_id,
            security_group_id=security_group_id,
            user_data=script + "\n",
            instance_profile=instance_profile,
        )
        details = ec2.describe_instances(InstanceIds=[found])["Reservations"][0]["Instances"][0]
        host = details.get("PublicIpAddress", details["PrivateIpAddress"])
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            link = http.client.HTTPConnection(host, port, timeout=1)
            try:
                link.request("GET", "/health")
                if link.getresponse().status == 200:
                    return f"http://{host}:{port}"
            except (OSError, http.client.HTTPException):
                time.sleep(0.1)
            finally:
                link.close()
        raise TimeoutError(f"{host}:{port}")
    except BaseException:
        answer = ec2.describe_instances(Filters=[{"Name": "tag:Name", "Values": [mark]}])
        ids = [one["InstanceId"] for group in answer["Reservations"] for one in group["Instances"]]
        set_instance_state(ec2, ids, "terminated")
        raise
