# task 4.3; mistake N19; wrong because Python's repr is no quoting for a shell
def worker_user_data(bucket, code_key, input_key, output_key):
    return f"""#!/bin/bash
trap 'shutdown -h now' EXIT
set -e
aws s3 cp {f"s3://{bucket}/{code_key}"!r} /tmp/exercise.py
python3 /tmp/exercise.py run-job {bucket!r} {input_key!r} {output_key!r}
"""
