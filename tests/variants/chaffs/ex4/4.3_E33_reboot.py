# task 4.3; mistake E33, E34; wrong because it reboots
def worker_user_data(bucket, code_key, input_key, output_key):
    q = shlex.quote
    code = q(f"s3://{bucket}/{code_key}")
    args = " ".join(map(q, (bucket, input_key, output_key)))
    return f"""#!/bin/bash
trap 'reboot' EXIT
set -e
aws s3 cp {code} /tmp/exercise.py
python3 /tmp/exercise.py run-job {args}
"""
