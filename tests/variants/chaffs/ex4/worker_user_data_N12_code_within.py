# task 4.3; mistake N12; wrong because user data is no place for whole programs
def worker_user_data(bucket, code_key, input_key, output_key):
    code = shlex.quote(pathlib.Path(__file__).read_text())
    return f"""#!/bin/bash
trap 'shutdown -h now' EXIT
cd "$(mktemp -d)"
printf %s {code} > exercise.py
python3 exercise.py run-job {shlex.join([bucket, input_key, output_key])}
"""
