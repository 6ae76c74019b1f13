# task 3.3; mistake F1; wrong because no instances is an empty dict
def list_instances(ec2, *, state=None):
    filters = [{"Name": "instance-state-name", "Values": [state]}] if state else []
    found = {}
    for page in ec2.get_paginator("describe_instances").paginate(Filters=filters):
        for reservation in page["Reservations"]:
            for one in reservation["Instances"]:
                found[one["InstanceId"]] = one["State"]["Name"]
    if not found:
        raise LookupError("no instances")
    return found
