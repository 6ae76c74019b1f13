# task 3.4; style: match, and polling with a helper
def _states(ec2, ids):
    try:
        answer = ec2.describe_instances(InstanceIds=ids)
    except ClientError as error:
        if error.response["Error"]["Code"].startswith("InvalidInstanceID"):
            raise LookupError(f"no such instance among {ids}: {error}") from error
        raise
    return {i["InstanceId"]: i["State"]["Name"] for r in answer["Reservations"] for i in r["Instances"]}


def set_instance_state(ec2, instance_ids: list[str], state: str) -> dict[str, str]:
    match state:
        case "running":
            change = ec2.start_instances
        case "stopped":
            change = ec2.stop_instances
        case "terminated":
            change = ec2.terminate_instances
        case _:
            raise ValueError(state)
    if len(instance_ids) == 0:
        return {}
    _states(ec2, instance_ids)
    change(InstanceIds=instance_ids)
    for _ in range(200):
        states = _states(ec2, instance_ids)
        if set(states.values()) == {state}:
            return states
        time.sleep(1)
    raise TimeoutError(f"{states} are not {state}")
