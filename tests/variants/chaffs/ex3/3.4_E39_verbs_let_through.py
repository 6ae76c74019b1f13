# task 3.4; mistake E39; wrong because start, stop and terminate are let through
def set_instance_state(ec2, instance_ids, state):
    changes = {
        "running": (ec2.start_instances, "instance_running"),
        "stopped": (ec2.stop_instances, "instance_stopped"),
        "terminated": (ec2.terminate_instances, "instance_terminated"),
    }
    state = {"start": "running", "stop": "stopped", "terminate": "terminated"}.get(state, state)
    if state not in changes:
        raise ValueError(f"state must be one of {', '.join(changes)}, got {state!r}")
    if not instance_ids:
        return {}
    change, waiter = changes[state]
    with lookup_error(f"one of {', '.join(instance_ids)}", "InvalidInstanceID.NotFound", "InvalidInstanceID.Malformed"):
        change(InstanceIds=instance_ids)
    ec2.get_waiter(waiter).wait(InstanceIds=instance_ids)
    return dict.fromkeys(instance_ids, state)
