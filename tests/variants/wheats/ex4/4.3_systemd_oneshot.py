# task 4.3; right: a oneshot unit that prints on the console and powers off
def worker_user_data(bucket, code_key, input_key, output_key):
    q = shlex.quote
    code = q(f"s3://{bucket}/{code_key}")
    args = " ".join(map(q, (bucket, input_key, output_key)))
    return f"""#!/bin/bash
set -ux
aws s3 cp {code} /opt/exercise.py || shutdown -h now
cat > /opt/run.sh <<'EOF'
#!/bin/bash
exec /usr/bin/env python3 /opt/exercise.py run-job {args}
EOF
chmod 755 /opt/run.sh
cat > /etc/systemd/system/worker.service <<'EOF'
[Unit]
Description=worker
After=network-online.target
[Service]
Type=oneshot
ExecStart=/opt/run.sh
ExecStopPost=/sbin/shutdown -h now
StandardOutput=journal+console
StandardError=journal+console
EOF
systemctl daemon-reload
systemctl start worker.service || shutdown -h now
"""
