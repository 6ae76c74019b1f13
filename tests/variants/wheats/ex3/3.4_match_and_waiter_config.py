# task 3.4; right: match statement, set, waiter with config, states read back
def set_instance_state(ec2, instance_ids, state):
    match state:
        case "running":
            act, waiter = ec2.start_instances, "instance_running"
        case "stopped":
            act, waiter = ec2.stop_instances, "instance_stopped"
        case "terminated":
            act, waiter = ec2.terminate_instances, "instance_terminated"
        case _:
            raise ValueError(f"{state}?")
    ids = list(dict.fromkeys(instance_ids))
    if len(ids) == 0:
        return dict()
    try:
        act(InstanceIds=ids)
    except ClientError as error:
        if "InvalidInstanceID" in error.response["Error"]["Code"]:
            raise LookupError(error.response["Error"]["Message"]) from error
        raise
    ec2.get_waiter(waiter).wait(InstanceIds=ids, WaiterConfig={"Delay": 2, "MaxAttempts": 100})
    pages = ec2.get_paginator("describe_instances").paginate(InstanceIds=ids)
    return {
        one["InstanceId"]: one["State"]["Name"]
        for page in pages
        for reservation in page["Reservations"]
        for one in reservation["Instances"]
    }
