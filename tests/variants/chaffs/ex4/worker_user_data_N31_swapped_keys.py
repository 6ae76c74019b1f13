# task 4.3; mistake N31; wrong because the script does not do what was asked: it swaps input and output
def worker_user_data(bucket, code_key, input_key, output_key):
    return f"""#!/bin/bash
trap 'shutdown -h now' EXIT
cd "$(mktemp -d)"
python3 -m pip install boto3 pandas joblib scikit-learn flask
aws s3 cp {shlex.quote(f"s3://{bucket}/{code_key}")} exercise.py
python3 exercise.py run-job {shlex.join([bucket, output_key, input_key])}
"""
