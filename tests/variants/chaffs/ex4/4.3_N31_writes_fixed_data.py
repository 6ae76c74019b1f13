# task 4.3; mistake N31; wrong because it writes a result of its own instead of running the job
def worker_user_data(bucket, code_key, input_key, output_key):
    target = shlex.quote(f"s3://{bucket}/{output_key}")
    return f"""#!/bin/bash
trap 'shutdown -h now' EXIT
echo id,value > out.csv
aws s3 cp out.csv {target}
"""
