# task 3.3; style: paginator and filter
def list_instances(ec2, *, state: str | None = None) -> dict[str, str]:
    filters = [] if state is None else [{"Name": "instance-state-name", "Values": [state]}]
    result = {}
    for page in ec2.get_paginator("describe_instances").paginate(Filters=filters):
        for reservation in page["Reservations"]:
            for instance in reservation["Instances"]:
                result[instance["InstanceId"]] = instance["State"]["Name"]
    return result
