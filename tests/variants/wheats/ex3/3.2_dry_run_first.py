# task 3.2; right: asks whether it may, before it does
from botocore.exceptions import ClientError


def launch_instance(
    ec2, name, *, image_id, security_group_id, instance_type="t3.micro", user_data="", instance_profile=None
):
    request = dict(
        ImageId=image_id,
        InstanceType=instance_type,
        MinCount=1,
        MaxCount=1,
        SecurityGroupIds=[security_group_id],
        UserData=user_data,
        TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": name}]}],
        MetadataOptions={"HttpTokens": "required"},
        InstanceInitiatedShutdownBehavior="terminate",
    )
    if instance_profile:
        request["IamInstanceProfile"] = {"Name": instance_profile}
    try:
        ec2.run_instances(DryRun=True, **request)
    except ClientError as e:
        if e.response["Error"]["Code"] != "DryRunOperation":
            raise
    instance_id = ec2.run_instances(**request)["Instances"][0]["InstanceId"]
    ec2.get_waiter("instance_running").wait(InstanceIds=[instance_id])
    return instance_id
