# task 4.3; right: values as shell variables by a quoted heredoc, trap with a function, exec of logs
def worker_user_data(bucket, code_key, input_key, output_key):
    values = "\n".join(
        f"{name}={shlex.quote(value)}"
        for name, value in {"BUCKET": bucket, "CODE": code_key, "IN": input_key, "OUT": output_key}.items()
    )
    return (
        "#!/usr/bin/env bash\n"
        + values
        + """
finish() {
    code=$?
    echo "worker ends with $code"
    shutdown -h now
}
trap finish EXIT
set -e
work=$(mktemp -d)
aws s3 cp "s3://$BUCKET/$CODE" "$work/job.py" --no-progress
pip3 install boto3 pandas joblib scikit-learn flask
python3 "$work/job.py" run-job "$BUCKET" "$IN" "$OUT"
"""
    )
