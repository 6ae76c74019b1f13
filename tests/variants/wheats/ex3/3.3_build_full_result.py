# task 3.3; right: build full result
def list_instances(ec2, *, state=None):
    kwargs = {}
    if state is not None:
        kwargs["Filters"] = [{"Name": "instance-state-name", "Values": [state]}]
    whole = ec2.get_paginator("describe_instances").paginate(PaginationConfig={"PageSize": 5}, **kwargs)
    reservations = whole.build_full_result().get("Reservations", [])
    return dict((i["InstanceId"], i["State"]["Name"]) for r in reservations for i in r["Instances"])
