# task 3.2; right: waiter
def launch_instance(
    ec2,
    name,
    *,
    image_id,
    security_group_id,
    instance_type="t3.micro",
    user_data="",
    instance_profile=None,
):
    request = {
        "ImageId": image_id,
        "InstanceType": instance_type,
        "SecurityGroupIds": [security_group_id],
        "MinCount": 1,
        "MaxCount": 1,
        "MetadataOptions": {"HttpTokens": "required", "HttpEndpoint": "enabled", "HttpPutResponseHopLimit": 2},
        "InstanceInitiatedShutdownBehavior": "terminate",
        "TagSpecifications": [
            {"ResourceType": kind, "Tags": [{"Key": "Name", "Value": name}, {"Key": "course", "Value": "day89"}]}
            for kind in ("instance", "volume")
        ],
    }
    if user_data:
        request["UserData"] = user_data
    if instance_profile is not None:
        request["IamInstanceProfile"] = {"Name": instance_profile}
    instance_id = ec2.run_instances(**request)["Instances"][0]["InstanceId"]
    ec2.get_waiter("instance_running").wait(InstanceIds=[instance_id], WaiterConfig={"Delay": 5, "MaxAttempts": 60})
    return instance_id
