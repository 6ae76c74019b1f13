# task 3.3; mistake E29; wrong because the region is the client's
def list_instances(ec2, *, state=None):
    filters = [{"Name": "instance-state-name", "Values": [state]}] if state else []
    pages = boto3.client("ec2", region_name="us-east-1").get_paginator("describe_instances").paginate(Filters=filters)
    return {
        one["InstanceId"]: one["State"]["Name"]
        for page in pages
        for each in page["Reservations"]
        for one in each["Instances"]
    }
