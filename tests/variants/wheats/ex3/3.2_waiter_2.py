# task 3.2; style: waiter
def launch_instance(
    ec2,
    name: str,
    *,
    image_id: str,
    security_group_id: str,
    instance_type: str = "t3.micro",
    user_data: str = "",
    instance_profile: str | None = None,
) -> str:
    arguments = {}
    if instance_profile is not None:
        arguments["IamInstanceProfile"] = {"Name": instance_profile}
    answer = ec2.run_instances(
        ImageId=image_id,
        InstanceType=instance_type,
        MinCount=1,
        MaxCount=1,
        SecurityGroupIds=[security_group_id],
        UserData=user_data,
        InstanceInitiatedShutdownBehavior="terminate",
        MetadataOptions={"HttpTokens": "required", "HttpEndpoint": "enabled"},
        TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": name}]}],
        **arguments,
    )
    instance_id = answer["Instances"][0]["InstanceId"]
    ec2.get_waiter("instance_running").wait(InstanceIds=[instance_id])
    return instance_id
