# task 3.3; mistake E15; wrong because without a state only running ones are listed
def list_instances(ec2, *, state="running"):
    found = {}
    filters = [{"Name": "instance-state-name", "Values": [state or "running"]}]
    for page in ec2.get_paginator("describe_instances").paginate(Filters=filters):
        for reservation in page["Reservations"]:
            for one in reservation["Instances"]:
                found[one["InstanceId"]] = one["State"]["Name"]
    return found
