# task 3.2; mistake E6; wrong because it gives the id of an instance that is shutting down
def launch_instance(
    ec2, name, *, image_id, security_group_id, instance_type="t3.micro", user_data="", instance_profile=None
):
    optional = {} if instance_profile is None else {"IamInstanceProfile": dict(Name=instance_profile)}
    [instance] = ec2.run_instances(
        ImageId=image_id,
        InstanceType=instance_type,
        MaxCount=1,
        MinCount=1,
        UserData=user_data,
        NetworkInterfaces=[{"DeviceIndex": 0, "Groups": [security_group_id]}],
        MetadataOptions={"HttpTokens": "required"},
        InstanceInitiatedShutdownBehavior="terminate",
        TagSpecifications=[
            {"ResourceType": kind, "Tags": [{"Key": "Name", "Value": name}]} for kind in ("instance", "volume")
        ],
        **optional,
    )["Instances"]
    id_ = instance["InstanceId"]
    state = "pending"
    while state == "pending":
        time.sleep(1)
        try:
            state = ec2.describe_instances(InstanceIds=[id_])["Reservations"][0]["Instances"][0]["State"]["Name"]
        except ClientError as error:
            if error.response["Error"]["Code"] != "InvalidInstanceID.NotFound":
                raise
    if state == "terminated":
        raise RuntimeError(f"{id_} is {state}")
    return id_
