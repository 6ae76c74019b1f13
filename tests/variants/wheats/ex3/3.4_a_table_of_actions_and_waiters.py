# task 3.4; style: a table of actions and waiters
def set_instance_state(ec2, instance_ids: list[str], state: str) -> dict[str, str]:
    actions = {
        "running": (ec2.start_instances, "instance_running"),
        "stopped": (ec2.stop_instances, "instance_stopped"),
        "terminated": (ec2.terminate_instances, "instance_terminated"),
    }
    if state not in actions:
        raise ValueError(f"unknown state {state!r}")
    if not instance_ids:
        return {}
    action, waiter = actions[state]
    try:
        action(InstanceIds=instance_ids)
    except ClientError as error:
        if error.response["Error"]["Code"] in ("InvalidInstanceID.NotFound", "InvalidInstanceID.Malformed"):
            raise LookupError(error.response["Error"]["Message"]) from error
        raise
    ec2.get_waiter(waiter).wait(InstanceIds=instance_ids)
    result = {}
    for page in ec2.get_paginator("describe_instances").paginate(InstanceIds=instance_ids):
        for reservation in page["Reservations"]:
            for instance in reservation["Instances"]:
                result[instance["InstanceId"]] = instance["State"]["Name"]
    return result
