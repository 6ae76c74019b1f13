# task 3.3; mistake L4; wrong because the loop asks for the first page for ever
def list_instances(ec2, *, state=None):
    filters = [{"Name": "instance-state-name", "Values": [state]}] if state else []
    found = {}
    while True:
        page = ec2.describe_instances(Filters=filters)
        found |= {one["InstanceId"]: one["State"]["Name"] for each in page["Reservations"] for one in each["Instances"]}
        if "NextToken" not in page:
            return found
