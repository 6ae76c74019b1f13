# task 3.3; mistake E11; wrong because there may be many reservations
def list_instances(ec2, *, state=None):
    filters = [{"Name": "instance-state-name", "Values": [state]}] if state else []
    for page in ec2.get_paginator("describe_instances").paginate(Filters=filters):
        for reservation in page["Reservations"]:
            return {one["InstanceId"]: one["State"]["Name"] for one in reservation["Instances"]}
    return {}
