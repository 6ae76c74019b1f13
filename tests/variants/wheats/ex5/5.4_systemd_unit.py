# task 5.4; right: a systemd unit with a user, an environment and restarts
def deploy_model(
    s3, ec2, bucket, name, version, *, image_id, security_group_id, instance_profile, port=5000, timeout=300
):
    code_key = f"code/{uuid.uuid4().hex}/exercise.py"
    upload_file(s3, __file__, bucket, code_key)
    code, words = shlex.quote(f"s3://{bucket}/{code_key}"), shlex.join([bucket, name, str(version), str(port)])
    user_data = f"""#!/bin/bash
set -eux
dnf install -y python3-pip
python3 -m pip install boto3 pandas joblib scikit-learn flask waitress
install -d /opt/app
aws s3 cp {code} /opt/app/exercise.py
cat > /etc/systemd/system/model.service <<'UNIT'
[Unit]
Description=Model server
After=network-online.target
Wants=network-online.target

[Service]
Type=simple
User=ec2-user
WorkingDirectory=/opt/app
Environment=PYTHONUNBUFFERED=1
ExecStart=/usr/bin/python3 /opt/app/exercise.py serve {words}
Restart=always
RestartSec=2

[Install]
WantedBy=multi-user.target
UNIT
systemctl daemon-reload
systemctl enable --now model
"""
    label, instance_id = f"model-{uuid.uuid4().hex}", None
    try:
        instance_id = launch_instance(
            ec2,
            label,
            image_id=image_id,
            security_group_id=security_group_id,
            user_data=user_data,
            instance_profile=instance_profile,
        )
        return _wait_until_healthy(ec2, instance_id, port, timeout)
    except BaseException:
        _terminate(ec2, instance_id, label)
        raise
