# task 4.3; mistake N32; wrong because what the job says of its failure is thrown away
def worker_user_data(bucket, code_key, input_key, output_key):
    q = shlex.quote
    code = q(f"s3://{bucket}/{code_key}")
    args = " ".join(map(q, (bucket, input_key, output_key)))
    return f"""#!/bin/bash
trap 'shutdown -h now' EXIT
set -e
aws s3 cp {code} /tmp/exercise.py 2>/dev/null
python3 /tmp/exercise.py run-job {args} 2>/dev/null
"""
