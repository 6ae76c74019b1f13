# task 3.4; mistake E17; wrong because an unknown id is not told
def set_instance_state(ec2, instance_ids, state):
    if state not in ("running", "stopped", "terminated"):
        raise ValueError(state)
    if not instance_ids:
        return {}
    pages = ec2.get_paginator("describe_instances").paginate()
    known = {one["InstanceId"] for page in pages for each in page["Reservations"] for one in each["Instances"]}
    return change(ec2, [one for one in instance_ids if one in known], state)


def change(ec2, instance_ids, state, wait=True, lookup=True, early=True):
    """Change the state, except for what this variant does otherwise."""
    calls = {"running": ec2.start_instances, "stopped": ec2.stop_instances, "terminated": ec2.terminate_instances}
    if state not in calls:
        raise ValueError(state)
    if early and not instance_ids:
        return {}
    try:
        calls[state](InstanceIds=instance_ids)
    except ClientError as error:
        if lookup and error.response["Error"]["Code"] == "InvalidInstanceID.NotFound":
            raise LookupError(str(error)) from error
        raise
    if wait:
        ec2.get_waiter(f"instance_{state}").wait(InstanceIds=instance_ids)
    return dict.fromkeys(instance_ids, state)
