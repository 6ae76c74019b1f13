# task 3.3; mistake E43; wrong because ids without their states
def list_instances(ec2, *, state=None):
    filters = [{"Name": "instance-state-name", "Values": [state]}] if state else []
    pages = ec2.get_paginator("describe_instances").paginate(Filters=filters)
    return [one["InstanceId"] for page in pages for each in page["Reservations"] for one in each["Instances"]]
