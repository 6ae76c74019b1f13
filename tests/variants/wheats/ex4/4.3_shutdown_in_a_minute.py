# task 4.3; right: shutdown -h +1 with words for the log
def worker_user_data(bucket, code_key, input_key, output_key):
    q = shlex.quote
    code = q(f"s3://{bucket}/{code_key}")
    args = " ".join(map(q, (bucket, input_key, output_key)))
    return f"""#!/bin/bash
finish() {{ echo bye; shutdown -h +1 "worker is done"; }}
trap finish EXIT
set -e
aws s3 cp {code} /tmp/exercise.py
python3 /tmp/exercise.py run-job {args}
"""
