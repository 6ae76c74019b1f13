# task 3.4; mistake F2, F3; earns 0; wrong because it does nothing and returns nothing
def set_instance_state(ec2, instance_ids, state):
    return None
