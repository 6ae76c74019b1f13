# task 4.3; mistake N8; wrong because #! has to be the very first thing
def worker_user_data(bucket, code_key, input_key, output_key):
    return f"""
#!/bin/bash
trap 'shutdown -h now' EXIT
cd "$(mktemp -d)"
python3 -m pip install boto3 pandas joblib scikit-learn flask
aws s3 cp {shlex.quote(f"s3://{bucket}/{code_key}")} exercise.py
python3 exercise.py run-job {shlex.join([bucket, input_key, output_key])}
"""
