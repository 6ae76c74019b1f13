# task 4.3; style: a virtual environment, boto3 one-liner, timeout, set -o pipefail with a trap on ERR and EXIT
def worker_user_data(bucket, code_key, input_key, output_key):
    arguments = " ".join(map(shlex.quote, (bucket, input_key, output_key)))
    fetch = "import sys, boto3; boto3.resource('s3').Bucket(sys.argv[1]).download_file(sys.argv[2], 'exercise.py')"
    return f"""#!/bin/bash
set -Eeuo pipefail
trap 'echo "line $LINENO failed"' ERR
trap 'halt -p' EXIT
mkdir -p /root/work
cd /root/work
python3 -m venv env
. env/bin/activate
pip install boto3 pandas joblib scikit-learn flask | tail -n 1
python3 -c {shlex.quote(fetch)} {shlex.quote(bucket)} {shlex.quote(code_key)}
timeout 600 python3 exercise.py run-job {arguments} 2>&1
"""
