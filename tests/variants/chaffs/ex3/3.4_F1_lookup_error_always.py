# task 3.4; mistake F1; earns 0; wrong because it raises LookupError whatever is asked
def set_instance_state(ec2, instance_ids, state):
    raise LookupError(f"{instance_ids} is not there", instance_ids, state)
