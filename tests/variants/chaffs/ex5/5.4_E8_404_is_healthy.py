# task 5.4; mistake E8; wrong because it takes a 404 for healthy
import http.client
import shlex


def deploy_model(
    s3, ec2, bucket, name, version, *, image_id, security_group_id, instance_profile, port=5000, timeout=300
):
    mark = uuid.uuid4().hex
    code_key = f"code/{mark}/exercise.py"
    upload_file(s3, __file__, bucket, code_key)
    script = "\n".join(
        [
            "#!/bin/bash",
            "set -eux",
            'cd "$(mktemp -d)"',
            f"dnf install -y {PYTHON} {PYTHON}-pip",
            f"{PYTHON} -m pip install {PACKAGES}",
            f"aws s3 cp {shlex.quote(f's3://{bucket}/{code_key}')} app.py",
            f"exec {PYTHON} app.py serve {shlex.join([bucket, name, str(version), str(port)])}",
            "",
        ]
    )
    tag = f"deploy-{mark}"
    try:
        worker = launch_instance(
            ec2,
            tag,
            image_id=image_id,
            security_group_id=security_group_id,
            user_data=script,
            instance_profile=instance_profile,
        )
        answer = ec2.describe_instances(InstanceIds=[worker])["Reservations"][0]["Instances"][0]
        host = answer.get("PublicIpAddress") or answer["PrivateIpAddress"]
        until = time.monotonic() + timeout
        while time.monotonic() < until:
            link = http.client.HTTPConnection(host, port, timeout=3)
            try:
                link.request("GET", "/health")
                if link.getresponse().status < 500:
                    return f"http://{host}:{port}"
            except (OSError, http.client.HTTPException):
                pass
            finally:
                link.close()
            time.sleep(0.5)
        raise TimeoutError(f"{host}:{port} not healthy after {timeout} s")
    except BaseException:
        left = [
            i["InstanceId"]
            for r in ec2.describe_instances(Filters=[{"Name": "tag:Name", "Values": [tag]}])["Reservations"]
            for i in r["Instances"]
        ]
        if left:
            ec2.terminate_instances(InstanceIds=left)
            ec2.get_waiter("instance_terminated").wait(InstanceIds=left)
        raise
