# task 3.4; right: a dry run finds unknown ids, then one by one
from botocore.exceptions import ClientError


def set_instance_state(ec2, instance_ids, state):
    if state == "running":
        call = ec2.start_instances
    elif state == "stopped":
        call = ec2.stop_instances
    elif state == "terminated":
        call = ec2.terminate_instances
    else:
        raise ValueError("state must be running, stopped or terminated, not %r" % (state,))
    if not instance_ids:
        return {}
    try:
        ec2.describe_instances(InstanceIds=instance_ids)
    except ClientError as e:
        if e.response["Error"]["Code"] in ("InvalidInstanceID.NotFound", "InvalidInstanceID.Malformed"):
            raise LookupError("unknown instance among " + ", ".join(instance_ids)) from e
        raise
    for instance_id in instance_ids:
        call(InstanceIds=[instance_id])
    states = {}
    for instance_id in instance_ids:
        ec2.get_waiter("instance_" + state).wait(InstanceIds=[instance_id])
        states[instance_id] = state
    return states
