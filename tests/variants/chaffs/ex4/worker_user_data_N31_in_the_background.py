# task 4.3; mistake N31; wrong because the instance is switched off while the job still runs
def worker_user_data(bucket, code_key, input_key, output_key):
    return f"""#!/bin/bash
cd "$(mktemp -d)"
python3 -m pip install boto3 pandas joblib scikit-learn flask
aws s3 cp {shlex.quote(f"s3://{bucket}/{code_key}")} exercise.py
nohup python3 exercise.py run-job {shlex.join([bucket, input_key, output_key])} &
shutdown -h now
"""
