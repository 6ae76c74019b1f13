# task 3.3; mistake E43; wrong because by the tag Name, which two may share
def list_instances(ec2, *, state=None):
    filters = [{"Name": "instance-state-name", "Values": [state]}] if state else []
    pages = ec2.get_paginator("describe_instances").paginate(Filters=filters)
    return {
        next((t["Value"] for t in instance.get("Tags", []) if t["Key"] == "Name"), instance["InstanceId"]): instance[
            "State"
        ]["Name"]
        for page in pages
        for reservation in page["Reservations"]
        for instance in reservation["Instances"]
    }
