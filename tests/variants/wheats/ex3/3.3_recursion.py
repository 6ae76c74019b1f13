# task 3.3; right: recursion
def list_instances(ec2, *, state=None, token=None):
    options = {"Filters": [{"Name": "instance-state-code", "Values": ["0", "16", "32", "48", "64", "80"]}]}
    if token:
        options["NextToken"] = token
    page = ec2.describe_instances(MaxResults=100, **options)
    here = {}
    for reservation in page["Reservations"]:
        here.update({one["InstanceId"]: one["State"]["Name"] for one in reservation["Instances"]})
    if page.get("NextToken"):
        here |= list_instances(ec2, token=page["NextToken"])
    return {key: value for key, value in here.items() if not state or value == state}
