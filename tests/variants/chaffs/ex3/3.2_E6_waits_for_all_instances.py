# task 3.2; mistake E6, R16; wrong because it waits until every instance of the account runs
def launch_instance(ec2, name, **options):
    instance_id = launch(ec2, name, wait="none", **options)
    ec2.get_waiter("instance_running").wait()
    return instance_id


def launch(
    ec2,
    name,
    *,
    image_id,
    security_group_id,
    instance_type="t3.micro",
    user_data="",
    instance_profile=None,
    count=1,
    groups=True,
    wait="instance_running",
    tag="Name",
    kind="instance",
    metadata=True,
    shutdown="terminate",
    more=None,
):
    """Launch an instance, except for what this variant does otherwise."""
    request = {"ImageId": image_id, "InstanceType": instance_type, "MinCount": count, "MaxCount": count}
    request |= {"UserData": user_data, "InstanceInitiatedShutdownBehavior": shutdown, **(more or {})}
    if groups:
        request["SecurityGroupIds"] = [security_group_id]
    if tag:
        request["TagSpecifications"] = [{"ResourceType": kind, "Tags": [{"Key": tag, "Value": name}]}]
    if metadata:
        request["MetadataOptions"] = {"HttpTokens": "required"}
    if instance_profile:
        request["IamInstanceProfile"] = {"Name": instance_profile}
    instance_id = ec2.run_instances(**request)["Instances"][0]["InstanceId"]
    if wait != "none":
        ec2.get_waiter(wait).wait(InstanceIds=[instance_id])
    return instance_id
