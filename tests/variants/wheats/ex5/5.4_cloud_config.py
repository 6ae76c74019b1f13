# task 5.4; right: cloud-config with a written script and runcmd
def deploy_model(
    s3, ec2, bucket, name, version, *, image_id, security_group_id, instance_profile, port=5000, timeout=300
):
    code_key = f"code/{uuid.uuid4().hex}/exercise.py"
    upload_file(s3, __file__, bucket, code_key)
    code, words = shlex.quote(f"s3://{bucket}/{code_key}"), shlex.join([bucket, name, str(version), str(port)])
    user_data = f"""#cloud-config
package_update: true
packages: [python3-pip]
write_files:
  - path: /opt/model/start.sh
    permissions: "0755"
    content: |
      #!/bin/bash
      set -eux
      cd /opt/model
      aws s3 cp {code} exercise.py
      exec python3 exercise.py serve {words}
runcmd:
  - [sh, -c, "python3 -m pip install boto3 pandas joblib scikit-learn flask waitress"]
  - [bash, /opt/model/start.sh]
output: {{all: "| tee -a /var/log/cloud-init-output.log"}}
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
