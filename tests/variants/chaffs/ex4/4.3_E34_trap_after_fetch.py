# task 4.3; mistake E34; wrong because the trap is set after the first step that may fail
def worker_user_data(bucket, code_key, input_key, output_key):
    q = shlex.quote
    code = q(f"s3://{bucket}/{code_key}")
    args = " ".join(map(q, (bucket, input_key, output_key)))
    return f"""#!/bin/bash
set -euxo pipefail
dnf install -y python3-pip
aws s3 cp {code} /tmp/exercise.py
trap 'shutdown -h now' EXIT
python3 /tmp/exercise.py run-job {args}
"""
