# task 4.3; mistake N10; wrong because whoever may describe the instance reads the keys
def worker_user_data(bucket, code_key, input_key, output_key):
    keys = boto3.Session().get_credentials().get_frozen_credentials()
    return f"""#!/bin/bash
trap 'shutdown -h now' EXIT
cd "$(mktemp -d)"
export AWS_ACCESS_KEY_ID={keys.access_key}
export AWS_SECRET_ACCESS_KEY={keys.secret_key}
python3 -m pip install boto3 pandas joblib scikit-learn flask
aws s3 cp {shlex.quote(f"s3://{bucket}/{code_key}")} exercise.py
python3 exercise.py run-job {shlex.join([bucket, input_key, output_key])}
"""
