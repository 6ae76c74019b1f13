# task 3.3; mistake E49; wrong because the state that is asked for is not looked at
def list_instances(ec2, *, state=None):
    found = {}
    for page in ec2.get_paginator("describe_instances").paginate():
        for reservation in page["Reservations"]:
            for one in reservation["Instances"]:
                found[one["InstanceId"]] = one["State"]["Name"]
    return found
