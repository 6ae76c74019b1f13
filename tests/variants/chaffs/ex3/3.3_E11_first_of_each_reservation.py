# task 3.3; mistake E11; wrong because a reservation may hold several instances
def list_instances(ec2, *, state=None):
    filters = [{"Name": "instance-state-name", "Values": [state]}] if state else []
    found = {}
    for page in ec2.get_paginator("describe_instances").paginate(Filters=filters):
        for reservation in page["Reservations"]:
            instance = reservation["Instances"][0]
            found[instance["InstanceId"]] = instance["State"]["Name"]
    return found
