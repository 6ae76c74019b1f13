# task 3.2; right: waiter with a short delay, network interface, client token, ARN-free profile
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
    request = {
        "ImageId": image_id,
        "InstanceType": instance_type,
        "MinCount": 1,
        "MaxCount": 1,
        "ClientToken": uuid.uuid4().hex,
        "SecurityGroupIds": [security_group_id],
        "InstanceInitiatedShutdownBehavior": "terminate",
        "MetadataOptions": {"HttpTokens": "required", "HttpEndpoint": "enabled", "HttpPutResponseHopLimit": 2},
        "TagSpecifications": [
            {"ResourceType": kind, "Tags": [{"Key": "Name", "Value": name}]} for kind in ("instance", "volume")
        ],
    }
    if user_data:
        request["UserData"] = user_data
    if instance_profile is not None:
        request["IamInstanceProfile"] = {"Name": instance_profile}
    (instance,) = ec2.run_instances(**request)["Instances"]
    ec2.get_waiter("instance_running").wait(
        InstanceIds=[instance["InstanceId"]], WaiterConfig={"Delay": 1, "MaxAttempts": 200}
    )
    return instance["InstanceId"]
