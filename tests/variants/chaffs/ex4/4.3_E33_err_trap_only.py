# task 4.3; mistake E33; wrong because only errors trip the trap
def worker_user_data(bucket, code_key, input_key, output_key):
    q = shlex.quote
    code = q(f"s3://{bucket}/{code_key}")
    args = " ".join(map(q, (bucket, input_key, output_key)))
    return f"""#!/bin/bash
set -euo pipefail
trap 'shutdown -h now' ERR
aws s3 cp {code} /tmp/exercise.py
python3 /tmp/exercise.py run-job {args}
"""
