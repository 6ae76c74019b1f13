# task 3.4; right: an enumeration of states, and a look at the end
import enum

from botocore.exceptions import ClientError


class State(enum.Enum):
    RUNNING = "running"
    STOPPED = "stopped"
    TERMINATED = "terminated"


def set_instance_state(ec2, instance_ids, state):
    wanted = State(state)
    ids = list(dict.fromkeys(instance_ids))
    if len(ids) == 0:
        return {}
    try:
        match wanted:
            case State.RUNNING:
                ec2.start_instances(InstanceIds=ids)
            case State.STOPPED:
                ec2.stop_instances(InstanceIds=ids)
            case State.TERMINATED:
                ec2.terminate_instances(InstanceIds=ids)
    except ClientError as e:
        if e.response["Error"]["Code"].startswith("InvalidInstanceID"):
            raise LookupError(e.response["Error"]["Message"]) from e
        raise
    ec2.get_waiter("instance_" + wanted.value).wait(InstanceIds=ids)
    pages = ec2.get_paginator("describe_instances").paginate(InstanceIds=ids)
    return dict(pages.search("Reservations[].Instances[].[InstanceId, State.Name]"))
