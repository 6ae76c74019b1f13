# task 4.3; right: the tutorials' line with tee, logger and the console; a cleanup function
def worker_user_data(bucket, code_key, input_key, output_key):
    q = shlex.quote
    code = q(f"s3://{bucket}/{code_key}")
    args = " ".join(map(q, (bucket, input_key, output_key)))
    return f"""#!/bin/bash
exec > >(tee /var/log/user-data.log | logger -t user-data -s 2>/dev/console) 2>&1
set -euxo pipefail
cleanup() {{
  status=$?
  echo "worker ended with $status"
  sync
  shutdown -h now
}}
trap cleanup EXIT
mkdir -p /opt/worker && cd /opt/worker
yum -y update
yum -y install python3 python3-pip
pip3 install --quiet boto3 pandas joblib scikit-learn flask
aws s3 cp --only-show-errors {code} ./exercise.py
python3 ./exercise.py run-job {args}
"""
