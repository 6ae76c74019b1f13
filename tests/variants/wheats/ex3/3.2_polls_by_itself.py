# task 3.2; right: polls by itself
from time import sleep


def launch_instance(
    ec2, name, *, image_id, security_group_id, instance_type="t3.micro", user_data="", instance_profile=None
):
    more = {}
    if instance_profile:
        more["IamInstanceProfile"] = {"Name": instance_profile}
    answer = ec2.run_instances(
        ImageId=image_id,
        InstanceType=instance_type,
        MinCount=1,
        MaxCount=1,
        SecurityGroupIds=[security_group_id],
        UserData=user_data.encode("utf-8"),
        TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": name}]}],
        MetadataOptions={"HttpTokens": "required"},
        InstanceInitiatedShutdownBehavior="terminate",
        ClientToken=str(uuid.uuid4()),
        **more,
    )
    instance_id = answer["Instances"][0]["InstanceId"]
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        found = ec2.describe_instances(InstanceIds=[instance_id])
        if found["Reservations"][0]["Instances"][0]["State"]["Name"] == "running":
            return instance_id
        sleep(5)
    raise TimeoutError(instance_id)
