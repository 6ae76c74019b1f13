# task 3.3; mistake E49; wrong because part of the name of the state is enough
def list_instances(ec2, *, state=None):
    return {
        i["InstanceId"]: i["State"]["Name"]
        for page in ec2.get_paginator("describe_instances").paginate()
        for r in page["Reservations"]
        for i in r["Instances"]
        if i["State"]["Name"].startswith((state or "")[:4])
    }
