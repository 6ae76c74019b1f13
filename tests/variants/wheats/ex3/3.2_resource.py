# task 3.2; right: resource
def launch_instance(
    ec2, name, *, image_id, security_group_id, instance_type="t3.micro", user_data="", instance_profile=None
):
    resource = boto3.resource("ec2", region_name=ec2.meta.region_name)
    (instance,) = resource.create_instances(
        ImageId=image_id,
        InstanceType=instance_type,
        MinCount=1,
        MaxCount=1,
        NetworkInterfaces=[{"DeviceIndex": 0, "Groups": [security_group_id], "AssociatePublicIpAddress": True}],
        UserData=user_data,
        TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": name}]}],
        MetadataOptions=dict(HttpTokens="required"),
        InstanceInitiatedShutdownBehavior="terminate",
        IamInstanceProfile={"Name": instance_profile} if instance_profile else {},
    )
    instance.wait_until_running()
    return instance.id
