# task 3.4; right: describes first and polls
from time import sleep


def states_of(ec2, ids):
    pages = ec2.get_paginator("describe_instances").paginate(InstanceIds=ids)
    return {one["InstanceId"]: one["State"]["Name"] for p in pages for r in p["Reservations"] for one in r["Instances"]}


def set_instance_state(ec2, instance_ids, state):
    calls = {"running": "start_instances", "stopped": "stop_instances", "terminated": "terminate_instances"}
    if state not in calls:
        raise ValueError(state)
    if not instance_ids:
        return {}
    try:
        states_of(ec2, instance_ids)
    except ClientError as error:
        if error.response["Error"]["Code"] == "InvalidInstanceID.NotFound":
            raise KeyError(f"unknown among {instance_ids}") from error
        raise
    getattr(ec2, calls[state])(InstanceIds=instance_ids)
    while set((now := states_of(ec2, instance_ids)).values()) != {state}:
        sleep(5)
    return now
