# task 3.3; mistake E13; wrong because the filter is called instance-state-name
def list_instances(ec2, *, state=None):
    filters = [{"Name": "state", "Values": [state]}] if state else []
    found = {}
    for page in ec2.get_paginator("describe_instances").paginate(Filters=filters):
        for reservation in page["Reservations"]:
            for one in reservation["Instances"]:
                found[one["InstanceId"]] = one["State"]["Name"]
    return found
