# task 3.3; mistake E49; wrong because the state of one instance decides for its whole reservation
def list_instances(ec2, *, state=None):
    found = {}
    for page in ec2.get_paginator("describe_instances").paginate():
        for reservation in page["Reservations"]:
            if state is None or reservation["Instances"][0]["State"]["Name"] == state:
                for one in reservation["Instances"]:
                    found[one["InstanceId"]] = one["State"]["Name"]
    return found
