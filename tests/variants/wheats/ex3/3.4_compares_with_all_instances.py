# task 3.4; right: compares with all instances
def set_instance_state(ec2, instance_ids, state):
    if state not in {"running", "stopped", "terminated"}:
        raise ValueError(f"cannot bring instances to {state}")
    if not instance_ids:
        return {}
    known = list_instances(ec2)
    unknown = [one for one in instance_ids if one not in known]
    if unknown:
        raise LookupError("unknown: " + ", ".join(unknown))
    match state:
        case "running":
            ec2.start_instances(InstanceIds=list(instance_ids))
        case "stopped":
            ec2.stop_instances(InstanceIds=list(instance_ids))
        case "terminated":
            ec2.terminate_instances(InstanceIds=list(instance_ids))
    for _ in range(60):
        now = list_instances(ec2)
        if all(now[one] == state for one in instance_ids):
            return {one: now[one] for one in instance_ids}
        time.sleep(2)
    raise TimeoutError(state)
