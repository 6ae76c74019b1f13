# task 3.3; mistake E14; wrong because ends after 100
def list_instances(ec2, *, state=None):
    filters = [{"Name": "instance-state-name", "Values": [state]}] if state else []
    pages = ec2.get_paginator("describe_instances").paginate(Filters=filters, PaginationConfig={"MaxItems": 100})
    return {
        instance["InstanceId"]: instance["State"]["Name"]
        for page in pages
        for reservation in page["Reservations"]
        for instance in reservation["Instances"]
    }
