# task 3.3; mistake E49; wrong because a state that passes is told as the one it leads to
def list_instances(ec2, *, state=None):
    leads = {"pending": "running", "stopping": "stopped", "shutting-down": "terminated"}
    found = {}
    for page in ec2.get_paginator("describe_instances").paginate():
        for reservation in page["Reservations"]:
            for instance in reservation["Instances"]:
                name = leads.get(instance["State"]["Name"], instance["State"]["Name"])
                if state in (None, name):
                    found[instance["InstanceId"]] = name
    return found
