# task 3.3; mistake E14; wrong because a page without a match is taken for the last one
def list_instances(ec2, *, state=None):
    found = {}
    for page in ec2.get_paginator("describe_instances").paginate():
        here = {one["InstanceId"]: one["State"]["Name"] for each in page["Reservations"] for one in each["Instances"]}
        if state:
            here = {key: name for key, name in here.items() if name == state}
            if not here and len(page["Reservations"]) > 1:
                break
        found |= here
    return found
