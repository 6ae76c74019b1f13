# task 3.3; mistake E11; wrong because only states that last
def list_instances(ec2, *, state=None):
    states = [state] if state else ["running", "stopped", "terminated"]
    pages = ec2.get_paginator("describe_instances").paginate(
        Filters=[{"Name": "instance-state-name", "Values": states}]
    )
    return {i["InstanceId"]: i["State"]["Name"] for page in pages for r in page["Reservations"] for i in r["Instances"]}
