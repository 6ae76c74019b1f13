# task 5.4; mistake E44; wrong because the port that was asked for is not the one that is served
def deploy_model(
    s3, ec2, bucket, name, version, *, image_id, security_group_id, instance_profile, port=5000, timeout=300
):
    code_key = f"code/{uuid.uuid4().hex}.py"
    upload_file(s3, __file__, bucket, code_key)
    script = f"""#!/bin/bash
cd "$(mktemp -d)"
aws s3 cp s3://{bucket}/{code_key} exercise.py
exec python3 exercise.py serve {shlex.join([bucket, name, str(version), "5000"])}
"""
    options = {"image_id": image_id, "security_group_id": security_group_id, "instance_profile": instance_profile}
    instance_id = launch_instance(ec2, name, user_data=script, **options)
    try:
        return _wait_until_healthy(ec2, instance_id, 5000, timeout)
    except BaseException:
        set_instance_state(ec2, [instance_id], "terminated")
        raise
