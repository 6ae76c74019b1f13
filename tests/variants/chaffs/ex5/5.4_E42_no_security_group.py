# task 5.4; mistake E42; wrong because the instance gets the default security group, and not the one that was given
def deploy_model(
    s3,
    ec2,
    bucket: str,
    name: str,
    version: int,
    *,
    image_id: str,
    security_group_id: str,
    instance_profile: str,
    port: int = 5000,
    timeout: float = 300,
) -> str:
    code_key = f"code/{uuid.uuid4().hex}/exercise.py"
    upload_file(s3, __file__, bucket, code_key)
    code = shlex.quote(f"s3://{bucket}/{code_key}")
    user_data = f"""#!/bin/bash
set -euxo pipefail
cd "$(mktemp -d)"
dnf install -y {PYTHON} {PYTHON}-pip
{PYTHON} -m pip install {PACKAGES}
aws s3 cp {code} exercise.py
exec {PYTHON} exercise.py serve {shlex.join([bucket, name, str(version), str(port)])}
"""
    instance_name, instance_id = f"model-{name}-v{version}-{uuid.uuid4().hex}", None
    try:
        instance_id = ec2.run_instances(
            ImageId=image_id,
            InstanceType="t3.micro",
            MinCount=1,
            MaxCount=1,
            UserData=user_data,
            IamInstanceProfile={"Name": instance_profile},
            MetadataOptions={"HttpTokens": "required"},
            InstanceInitiatedShutdownBehavior="terminate",
            TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": instance_name}]}],
        )["Instances"][0]["InstanceId"]
        ec2.get_waiter("instance_running").wait(InstanceIds=[instance_id])
        return _wait_until_healthy(ec2, instance_id, port, timeout)
    except BaseException:
        _terminate(ec2, instance_id, instance_name)
        raise
