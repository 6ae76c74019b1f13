# task 3.3; mistake F2, F3; earns 0; wrong because it does nothing and returns nothing
def list_instances(ec2, *, state=None):
    return None
