# task 3.4; right: if ladder and waiter
def set_instance_state(ec2, instance_ids, state):
    if state not in ("running", "stopped", "terminated"):
        raise ValueError(f"unknown state {state}")
    if len(instance_ids) == 0:
        return {}
    try:
        if state == "running":
            ec2.start_instances(InstanceIds=instance_ids)
        elif state == "stopped":
            ec2.stop_instances(InstanceIds=instance_ids)
        else:
            ec2.terminate_instances(InstanceIds=instance_ids)
    except ClientError as e:
        if e.response["Error"]["Code"].startswith("InvalidInstanceID"):
            raise LookupError(str(e)) from e
        raise
    ec2.get_waiter(f"instance_{state}").wait(InstanceIds=instance_ids)
    return {instance_id: state for instance_id in instance_ids}
