# task 5.4; mistake E8; wrong because running means that the power is on
def deploy_model(
    s3, ec2, bucket, name, version, *, image_id, security_group_id, instance_profile, port=5000, timeout=300
):
    instance_id = _launch(s3, ec2, bucket, name, version, image_id, security_group_id, instance_profile, port)
    instance = ec2.describe_instances(InstanceIds=[instance_id])["Reservations"][0]["Instances"][0]
    return f"http://{instance['PublicIpAddress']}:{port}"


def _launch(s3, ec2, bucket, name, version, image_id, security_group_id, instance_profile, port):
    code_key = f"code/{uuid.uuid4().hex}.py"
    upload_file(s3, __file__, bucket, code_key)
    script = f"""#!/bin/bash
cd "$(mktemp -d)"
aws s3 cp s3://{bucket}/{code_key} exercise.py
exec python3 exercise.py serve {shlex.join([bucket, name, str(version), str(port)])}
"""
    options = {"image_id": image_id, "security_group_id": security_group_id, "instance_profile": instance_profile}
    return launch_instance(ec2, name, user_data=script, **options)
