# task 3.2; style: polling with a client token, tags on the volume
def _state(ec2, instance_id):
    try:
        answer = ec2.describe_instances(InstanceIds=[instance_id])
    except ClientError as error:
        if error.response["Error"]["Code"] == "InvalidInstanceID.NotFound":
            return "pending"
        raise
    return answer["Reservations"][0]["Instances"][0]["State"]["Name"]


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
    request = dict(
        ImageId=image_id,
        InstanceType=instance_type,
        MinCount=1,
        MaxCount=1,
        ClientToken=str(uuid.uuid4()),
        SecurityGroupIds=[security_group_id],
        InstanceInitiatedShutdownBehavior="terminate",
        MetadataOptions=dict(HttpTokens="required"),
        TagSpecifications=[
            dict(ResourceType="instance", Tags=[dict(Key="Name", Value=name)]),
            dict(ResourceType="volume", Tags=[dict(Key="Name", Value=name)]),
        ],
    )
    if user_data:
        request["UserData"] = user_data
    if instance_profile:
        request |= {"IamInstanceProfile": {"Name": instance_profile}}
    (instance,) = ec2.run_instances(**request)["Instances"]
    while (state := _state(ec2, instance["InstanceId"])) != "running":
        if state != "pending":
            raise RuntimeError(f"{instance['InstanceId']} is {state}")
        time.sleep(1)
    return instance["InstanceId"]
