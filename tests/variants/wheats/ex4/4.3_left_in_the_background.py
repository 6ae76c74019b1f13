# task 4.3; right: a script of its own in the background, which shuts down itself
def worker_user_data(bucket, code_key, input_key, output_key):
    q = shlex.quote
    code = q(f"s3://{bucket}/{code_key}")
    args = " ".join(map(q, (bucket, input_key, output_key)))
    return f"""#!/bin/bash
cat > /tmp/job.sh <<'EOF'
#!/bin/bash
set -eux
trap 'shutdown -h now' EXIT
aws s3api get-object --bucket {q(bucket)} --key {q(code_key)} /tmp/exercise.py
python3 -u /tmp/exercise.py run-job {args}
EOF
chmod +x /tmp/job.sh
nohup /tmp/job.sh > /dev/console 2>&1 &
"""
