# task 5.4; right: a virtual environment, a loop that fetches and one that restarts
def deploy_model(
    s3, ec2, bucket, name, version, *, image_id, security_group_id, instance_profile, port=5000, timeout=300
):
    code_key = f"code/{uuid.uuid4().hex}/exercise.py"
    upload_file(s3, __file__, bucket, code_key)
    code, words = shlex.quote(f"s3://{bucket}/{code_key}"), shlex.join([bucket, name, str(version), str(port)])
    user_data = f"""#!/bin/bash
mkdir -p /home/ec2-user/app
cd /home/ec2-user/app
python3 -m venv .venv
. .venv/bin/activate
pip install --upgrade pip
pip install boto3 pandas joblib scikit-learn flask waitress
until aws s3api get-object --bucket {shlex.quote(bucket)} --key {shlex.quote(code_key)} exercise.py > /dev/null; do sleep 1; done
(while true; do python exercise.py serve {words}; sleep 1; done) >> server.log 2>&1 &
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
