# task 3.4; right: resource collection
def set_instance_state(ec2, instance_ids, state):
    verbs = {"running": "start", "stopped": "stop", "terminated": "terminate"}
    try:
        verb = verbs[state]
    except KeyError:
        raise ValueError(f"{state} is not one of {sorted(verbs)}") from None
    if not instance_ids:
        return {}
    resource = boto3.resource("ec2", region_name=ec2.meta.region_name)
    try:
        getattr(resource.instances.filter(InstanceIds=instance_ids), verb)()
    except ClientError as error:
        if "InvalidInstanceID" in error.response["Error"]["Code"]:
            raise LookupError(f"{error} ({', '.join(instance_ids)})") from error
        raise
    result = {}
    for instance_id in instance_ids:
        instance = resource.Instance(instance_id)
        getattr(instance, f"wait_until_{state}")()
        instance.reload()
        result[instance_id] = instance.state["Name"]
    return result
