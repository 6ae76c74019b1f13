# task 3.3; right: token loop
def list_instances(ec2, *, state=None):
    instances, request = {}, {}
    while True:
        answer = ec2.describe_instances(**request)
        for reservation in answer["Reservations"]:
            for instance in reservation["Instances"]:
                name = instance["State"]["Name"]
                if state is None or name == state:
                    instances[instance["InstanceId"]] = name
        if not answer.get("NextToken"):
            return instances
        request["NextToken"] = answer["NextToken"]
