# task 3.3; mistake E14; wrong because one call answers with one page
def list_instances(ec2, *, state=None):
    filters = [{"Name": "instance-state-name", "Values": [state]}] if state else []
    reservations = ec2.describe_instances(Filters=filters, MaxResults=1000)["Reservations"]
    return {one["InstanceId"]: one["State"]["Name"] for each in reservations for one in each["Instances"]}
