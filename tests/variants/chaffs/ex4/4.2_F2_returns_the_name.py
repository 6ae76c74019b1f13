# task 4.2; mistake F2; wrong because it returns the name and makes nothing
def create_worker_role(iam, name, bucket):
    print("created role and instance profile", name)
    return name
