# task 3.4; mistake F1; earns 0; wrong because it raises ValueError whatever is asked
def set_instance_state(ec2, instance_ids, state):
    raise ValueError(instance_ids, state)
