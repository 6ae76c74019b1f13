# task 3.2; mistake E5; wrong because a key pair that nobody has
def launch_instance(
    ec2, name, *, image_id, security_group_id, instance_type="t3.micro", user_data="", instance_profile=None
):
    profile = {"IamInstanceProfile": {"Name": instance_profile}} if instance_profile else {}
    answer = ec2.run_instances(
        ImageId=image_id,
        InstanceType=instance_type,
        KeyName="my-key",
        MinCount=1,
        MaxCount=1,
        SecurityGroupIds=[security_group_id],
        UserData=user_data,
        TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": name}]}],
        MetadataOptions={"HttpTokens": "required"},
        InstanceInitiatedShutdownBehavior="terminate",
        **profile,
    )
    instance_id = answer["Instances"][0]["InstanceId"]
    ec2.get_waiter("instance_running").wait(InstanceIds=[instance_id])
    return instance_id
