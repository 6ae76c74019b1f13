# task 4.3; mistake N19; wrong because it is quoted once and read twice
def worker_user_data(bucket, code_key, input_key, output_key):
    q = shlex.quote
    code = q(f"s3://{bucket}/{code_key}")
    args = " ".join(map(q, (bucket, input_key, output_key)))
    return f"""#!/bin/bash
trap 'shutdown -h now' EXIT
set -e
aws s3 cp {code} /tmp/exercise.py
bash -c "python3 /tmp/exercise.py run-job {args}"
"""
