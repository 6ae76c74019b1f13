# task 4.3; right: three tries for the code, an array of arguments, tee, poweroff
def worker_user_data(bucket, code_key, input_key, output_key):
    q = shlex.quote
    code = q(f"s3://{bucket}/{code_key}")
    args = " ".join(map(q, (bucket, input_key, output_key)))
    return f"""#!/bin/bash
set -uo pipefail
args=(run-job {args})
main() {{
  local n
  for n in 1 2 3; do
    aws s3 cp {code} /var/tmp/exercise.py && break
    sleep 1
  done
  timeout 600 python3 /var/tmp/exercise.py "${{args[@]}}"
}}
main 2>&1 | tee -a /var/log/worker.log
sync; poweroff
"""
