# task 4.3; style: the output goes to a log file and to the console, shutdown in the next minute, if and else
def worker_user_data(bucket, code_key, input_key, output_key):
    return (
        "#!/bin/bash -x\n"
        "exec > >(tee /var/log/user-data.log) 2>&1\n"
        "export HOME=/root\n"
        f"B={shlex.quote(bucket)}; C={shlex.quote(code_key)}; I={shlex.quote(input_key)}; O={shlex.quote(output_key)}\n"
        "apt-get update && apt-get install -y python3-pip awscli\n"
        'if aws s3api get-object --bucket "$B" --key "$C" /home/ec2-user/exercise.py; then\n'
        '  python3 /home/ec2-user/exercise.py run-job "$B" "$I" "$O"\n'
        "else\n"
        "  echo no code >&2\n"
        "fi\n"
        "shutdown -h now\n"
    )
