# task 3.3; right: filters by the code of the state
CODES = {"pending": 0, "running": 16, "shutting-down": 32, "terminated": 48, "stopping": 64, "stopped": 80}


def list_instances(ec2, *, state=None):
    filters = [] if state is None else [{"Name": "instance-state-code", "Values": [str(CODES[state])]}]
    whole = ec2.get_paginator("describe_instances").paginate(Filters=filters).build_full_result()
    return {i["InstanceId"]: i["State"]["Name"] for r in whole.get("Reservations", []) for i in r["Instances"]}
