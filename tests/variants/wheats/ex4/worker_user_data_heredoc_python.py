# task 4.3; style: Python in a heredoc fetches the code, values travel as JSON, /sbin/poweroff
import base64


def worker_user_data(bucket, code_key, input_key, output_key):
    values = base64.b64encode(json.dumps([bucket, code_key, input_key, output_key]).encode()).decode()
    return f"""#!/bin/bash
finish() {{ systemctl poweroff || /sbin/poweroff || /sbin/shutdown -P now; }}
trap finish EXIT
set -e
dnf -y install python3-pip
pip install boto3 pandas joblib scikit-learn flask
mkdir -p /opt/job && cd /opt/job
python3 - <<'PY'
import base64, json, subprocess, sys
import boto3
bucket, code, source, target = json.loads(base64.b64decode("{values}"))
boto3.client("s3").download_file(bucket, code, "exercise.py")
sys.exit(subprocess.call(["python3", "exercise.py", "run-job", bucket, source, target]))
PY
"""
