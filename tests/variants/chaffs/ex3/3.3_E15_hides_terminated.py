# task 3.3; mistake E15; wrong because terminated instances are listed too
def list_instances(ec2, *, state=None):
    wanted = [state] if state else ["pending", "running", "stopping", "stopped", "shutting-down"]
    found = {}
    filters = [{"Name": "instance-state-name", "Values": wanted}]
    for page in ec2.get_paginator("describe_instances").paginate(Filters=filters):
        for reservation in page["Reservations"]:
            for one in reservation["Instances"]:
                found[one["InstanceId"]] = one["State"]["Name"]
    return found
