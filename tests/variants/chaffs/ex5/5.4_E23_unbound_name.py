# task 5.4; mistake E23, E48; wrong because a launch that AWS refuses ends in an UnboundLocalError, which hides the reason
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
    instance_name = f"model-{name}-v{version}-{uuid.uuid4().hex}"
    try:
        instance_id = launch_instance(
            ec2,
            instance_name,
            image_id=image_id,
            security_group_id=security_group_id,
            user_data=user_data,
            instance_profile=instance_profile,
        )
        return _wait_until_healthy(ec2, instance_id, port, timeout)
    except BaseException:
        _terminate(ec2, instance_id, instance_name)
        raise
