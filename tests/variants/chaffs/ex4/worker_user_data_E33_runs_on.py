# task 4.3; mistake E33; wrong because nobody switches the instance off, and it bills on
def worker_user_data(bucket, code_key, input_key, output_key):
    return f"""#!/bin/bash
set -euxo pipefail
cd "$(mktemp -d)"
python3 -m pip install boto3 pandas joblib scikit-learn flask
aws s3 cp {shlex.quote(f"s3://{bucket}/{code_key}")} exercise.py
python3 exercise.py run-job {shlex.join([bucket, input_key, output_key])}
"""
