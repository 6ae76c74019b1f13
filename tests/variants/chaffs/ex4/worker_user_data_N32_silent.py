# task 4.3; mistake N32; wrong because nothing that the steps print reaches the console
def worker_user_data(bucket, code_key, input_key, output_key):
    return f"""#!/bin/bash
exec > job.log 2>&1
trap 'shutdown -h now' EXIT
cd "$(mktemp -d)"
python3 -m pip install boto3 pandas joblib scikit-learn flask
aws s3 cp {shlex.quote(f"s3://{bucket}/{code_key}")} exercise.py
python3 exercise.py run-job {shlex.join([bucket, input_key, output_key])}
"""
