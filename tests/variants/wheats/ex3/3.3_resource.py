# task 3.3; right: resource
def list_instances(ec2, *, state=None):
    every = boto3.resource("ec2", region_name=ec2.meta.region_name).instances
    chosen = (
        every.all() if state is None else every.filter(Filters=[{"Name": "instance-state-name", "Values": [state]}])
    )
    return {instance.id: instance.state["Name"] for instance in chosen}
