# task 5.4; mistake E36; wrong because a request that nobody answers is waited for without an end
def deploy_model(
    s3, ec2, bucket, name, version, *, image_id, security_group_id, instance_profile, port=5000, timeout=300
):
    code_key = f"code/{uuid.uuid4().hex}/exercise.py"
    upload_file(s3, __file__, bucket, code_key)
    code, words = shlex.quote(f"s3://{bucket}/{code_key}"), shlex.join([bucket, name, str(version), str(port)])
    user_data = f"""#!/bin/bash
set -euxo pipefail
cd "$(mktemp -d)"
aws s3 cp {code} exercise.py
exec python3 exercise.py serve {words}
"""
    label, instance_id = f"model-{uuid.uuid4().hex}", None
    try:
        instance_id = launch_instance(
            ec2,
            label,
            image_id=image_id,
            security_group_id=security_group_id,
            user_data=user_data,
            instance_profile=instance_profile,
        )
        instance = ec2.describe_instances(InstanceIds=[instance_id])["Reservations"][0]["Instances"][0]
        url = f"http://{instance.get('PublicIpAddress') or instance['PrivateIpAddress']}:{port}"
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            try:
                with urllib.request.urlopen(f"{url}/health") as answer:
                    if answer.status == 200:
                        return url
            except OSError:
                pass
            time.sleep(0.2)
        raise TimeoutError(f"{url} is not healthy after {timeout} s")
    except BaseException:
        _terminate(ec2, instance_id, label)
        raise
