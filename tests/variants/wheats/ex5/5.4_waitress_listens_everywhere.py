# task 5.4; right: waitress-serve --call on every address, arguments in the environment
def deploy_model(
    s3, ec2, bucket, name, version, *, image_id, security_group_id, instance_profile, port=5000, timeout=300
):
    code_key = f"code/{uuid.uuid4().hex}/exercise.py"
    upload_file(s3, __file__, bucket, code_key)
    code, words = shlex.quote(f"s3://{bucket}/{code_key}"), shlex.join([bucket, name, str(version), str(port)])
    user_data = f"""#!/usr/bin/env bash
set -euo pipefail
export MODEL_BUCKET={shlex.quote(bucket)} MODEL_NAME={shlex.quote(name)} MODEL_VERSION={version}
mkdir -p /srv/model && cd /srv/model
aws s3 cp {code} exercise.py
cat > server.py <<'PY'
import os
import boto3
from exercise import create_app, load_model

def make():
    return create_app(load_model(boto3.client("s3"), os.environ["MODEL_BUCKET"], os.environ["MODEL_NAME"], int(os.environ["MODEL_VERSION"])))
PY
exec waitress-serve --listen=*:{port} --call server:make
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
        return _wait_until_healthy(ec2, instance_id, port, timeout)
    except BaseException:
        _terminate(ec2, instance_id, label)
        raise
