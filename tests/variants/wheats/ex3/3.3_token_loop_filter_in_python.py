# task 3.3; style: token loop, filter in Python
def list_instances(ec2, *, state: str | None = None) -> dict[str, str]:
    everything, arguments = {}, {"MaxResults": 100}
    while True:
        page = ec2.describe_instances(**arguments)
        everything |= {i["InstanceId"]: i["State"]["Name"] for r in page["Reservations"] for i in r["Instances"]}
        if not page.get("NextToken"):
            break
        arguments["NextToken"] = page["NextToken"]
    return {key: value for key, value in everything.items() if state in (None, value)}
