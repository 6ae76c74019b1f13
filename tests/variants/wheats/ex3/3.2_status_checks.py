# task 3.2; right: status checks
def launch_instance(
    ec2, name, *, image_id, security_group_id, instance_type="t3.micro", user_data="", instance_profile=None
):
    kwargs = dict(ImageId=image_id, InstanceType=instance_type, MinCount=1, MaxCount=1)
    kwargs.update(SecurityGroupIds=[security_group_id], UserData=user_data)
    kwargs["TagSpecifications"] = [{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": name}]}]
    kwargs["MetadataOptions"] = {"HttpTokens": "required"}
    kwargs["InstanceInitiatedShutdownBehavior"] = "terminate"
    if instance_profile:
        kwargs["IamInstanceProfile"] = {"Name": instance_profile}
    instance_id = ec2.run_instances(**kwargs)["Instances"][0]["InstanceId"]
    try:
        ec2.get_waiter("instance_status_ok").wait(InstanceIds=[instance_id])
    except BaseException:
        ec2.terminate_instances(InstanceIds=[instance_id])
        raise
    return instance_id
