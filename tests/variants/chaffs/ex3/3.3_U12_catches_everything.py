# task 3.3; mistake U12; wrong because a 403 reads as no instances
def list_instances(ec2, *, state=None):
    filters = [{"Name": "instance-state-name", "Values": [state]}] if state else []
    found = {}
    try:
        for page in ec2.get_paginator("describe_instances").paginate(Filters=filters):
            for reservation in page["Reservations"]:
                for one in reservation["Instances"]:
                    found[one["InstanceId"]] = one["State"]["Name"]
    except Exception as error:
        print(error)
    return found
