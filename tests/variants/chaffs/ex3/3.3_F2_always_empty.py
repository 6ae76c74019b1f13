# task 3.3; mistake F2; wrong because it returns an empty dict whatever there is
def list_instances(ec2, *, state=None):
    return {}
