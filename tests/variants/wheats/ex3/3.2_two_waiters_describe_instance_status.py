# task 3.2; style: two waiters, describe_instance_status, hop limit, helper for options
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
    def options():
        yield "MetadataOptions", {"HttpTokens": "required", "HttpPutResponseHopLimit": 2}
        yield "InstanceInitiatedShutdownBehavior", "terminate"
        yield "SecurityGroupIds", [security_group_id]
        if instance_profile is not None:
            yield "IamInstanceProfile", {"Name": instance_profile}
        if user_data != "":
            yield "UserData", user_data

    tags = [{"Key": "Name", "Value": name}]
    launched = ec2.run_instances(
        MaxCount=1,
        MinCount=1,
        ImageId=image_id,
        InstanceType=instance_type,
        TagSpecifications=[{"ResourceType": "instance", "Tags": tags}],
        **dict(options()),
    )
    ids = [instance["InstanceId"] for instance in launched["Instances"]]
    ec2.get_waiter("instance_exists").wait(InstanceIds=ids)
    ec2.get_waiter("instance_running").wait(InstanceIds=ids, WaiterConfig={"Delay": 5, "MaxAttempts": 60})
    return ids.pop()
