# task 4.3; mistake N19; wrong because within double quotes the shell still reads $ and quotes end them
def worker_user_data(bucket, code_key, input_key, output_key):
    return f"""#!/bin/bash
trap 'shutdown -h now' EXIT
cd "$(mktemp -d)"
python3 -m pip install boto3 pandas joblib scikit-learn flask
aws s3 cp "s3://{bucket}/{code_key}" exercise.py
python3 exercise.py run-job "{bucket}" "{input_key}" "{output_key}"
"""
