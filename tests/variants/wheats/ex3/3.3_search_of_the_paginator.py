# task 3.3; right: search of the paginator
def list_instances(ec2, *, state=None):
    pages = ec2.get_paginator("describe_instances").paginate()
    pairs = pages.search("Reservations[].Instances[].[InstanceId, State.Name]")
    return {instance_id: name for instance_id, name in pairs if state in (None, name)}
