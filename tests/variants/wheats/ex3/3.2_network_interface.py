# task 3.2; right: a network interface that carries the group
def launch_instance(
    ec2, name, *, image_id, security_group_id, instance_type="t3.micro", user_data="", instance_profile=None
):
    options = {}
    if instance_profile:
        options["IamInstanceProfile"] = {"Name": instance_profile}
    if user_data != "":
        options["UserData"] = user_data
    response = ec2.run_instances(
        MinCount=1,
        MaxCount=1,
        ImageId=image_id,
        InstanceType=instance_type,
        NetworkInterfaces=[{"DeviceIndex": 0, "AssociatePublicIpAddress": True, "Groups": [security_group_id]}],
        MetadataOptions={"HttpTokens": "required"},
        InstanceInitiatedShutdownBehavior="terminate",
        TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": name}]}],
        **options,
    )
    new = response["Instances"][0]["InstanceId"]
    ec2.get_waiter("instance_running").wait(
        Filters=[{"Name": "instance-id", "Values": [new]}], WaiterConfig={"Delay": 2, "MaxAttempts": 150}
    )
    return new
