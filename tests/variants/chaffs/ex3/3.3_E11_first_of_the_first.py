# task 3.3; mistake E11; wrong because only one instance of one reservation
def list_instances(ec2, *, state=None):
    filters = [{"Name": "instance-state-name", "Values": [state]}] if state else []
    reservations = ec2.describe_instances(Filters=filters)["Reservations"]
    if not reservations:
        return {}
    instance = reservations[0]["Instances"][0]
    return {instance["InstanceId"]: instance["State"]["Name"]}
