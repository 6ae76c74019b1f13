# task 4.3; style: a function in bash, shutdown whatever it returns, sudo, yum, double dash
def worker_user_data(bucket, code_key, input_key, output_key):
    source, *words = (shlex.quote(word) for word in (f"s3://{bucket}/{code_key}", bucket, input_key, output_key))
    lines = [
        "#!/usr/bin/env bash",
        "work() {",
        "  sudo yum install -y python3 python3-pip || return 1",
        "  pip3 install --quiet boto3 pandas joblib scikit-learn flask || return 1",
        f"  aws s3 cp --no-progress {source} /tmp/exercise.py || return 1",
        f"  python3 /tmp/exercise.py run-job {' '.join(words)} || return 1",
        "}",
        "work || echo failed",
        "sudo shutdown -h now",
    ]
    return "\n".join(lines)
