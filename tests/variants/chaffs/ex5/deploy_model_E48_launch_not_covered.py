# task 5.4; mistake E48; wrong because an error between the launch and the try leaves the instance alone
def deploy_model(
    s3, ec2, bucket, name, version, *, image_id, security_group_id, instance_profile, port=5000, timeout=300
):
    code_key = f"code/{uuid.uuid4().hex}.py"
    upload_file(s3, __file__, bucket, code_key)
    script = f"""#!/bin/bash
cd "$(mktemp -d)"
aws s3 cp s3://{bucket}/{code_key} exercise.py
exec python3 exercise.py serve {shlex.join([bucket, name, str(version), str(port)])}
"""
    answer = ec2.run_instances(
        ImageId=image_id,
        InstanceType="t3.micro",
        MinCount=1,
        MaxCount=1,
        SecurityGroupIds=[security_group_id],
        IamInstanceProfile={"Name": instance_profile},
        UserData=script,
    )
    instance_id = answer["Instances"][0]["InstanceId"]
    ec2.get_waiter("instance_running").wait(InstanceIds=[instance_id])
    try:
        return _wait_until_healthy(ec2, instance_id, port, timeout)
    except BaseException:
        set_instance_state(ec2, [instance_id], "terminated")
        raise
