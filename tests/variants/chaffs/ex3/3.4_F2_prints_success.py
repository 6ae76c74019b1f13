# task 3.4; mistake F2; wrong because nothing is changed
def set_instance_state(ec2, instance_ids, state):
    if state not in ("running", "stopped", "terminated"):
        raise ValueError(state)
    print(f"{len(instance_ids)} instances are {state}")
    return dict.fromkeys(instance_ids, state)
