# task 5.4; right: gunicorn over a small WSGI module
def deploy_model(
    s3, ec2, bucket, name, version, *, image_id, security_group_id, instance_profile, port=5000, timeout=300
):
    code_key = f"code/{uuid.uuid4().hex}/exercise.py"
    upload_file(s3, __file__, bucket, code_key)
    code, words = shlex.quote(f"s3://{bucket}/{code_key}"), shlex.join([bucket, name, str(version), str(port)])
    user_data = f"""#!/bin/bash
set -eux
cd $(mktemp -d)
pip3 install gunicorn flask boto3 pandas joblib scikit-learn
aws s3 cp {code} exercise.py
cat > wsgi.py <<'PY'
import boto3
import exercise

app = exercise.create_app(exercise.load_model(boto3.client("s3"), {bucket!r}, {name!r}, {version}))
PY
setsid gunicorn --workers 2 --bind 0.0.0.0:{port} wsgi:app &
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
