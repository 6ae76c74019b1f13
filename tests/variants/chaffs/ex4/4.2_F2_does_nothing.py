# task 4.2; mistake F2, F3; earns 0; wrong because it does nothing and returns nothing
def create_worker_role(iam, name, bucket):
    return None
