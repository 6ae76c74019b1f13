# task 3.1; mistake N26; wrong because the port that is given is not opened
def create_security_group(ec2, vpc_id, name, *, admin_cidr, app_port=5000):
    return security_group(ec2, vpc_id, name, admin_cidr, 5000)


def security_group(
    ec2,
    vpc_id,
    name,
    admin,
    port,
    check=True,
    ssh=None,
    six=False,
    app="0.0.0.0/0",
    first=None,
    more=(),
    protocol="tcp",
    again="same",
    where=None,
    close=False,
    careful=True,
):
    """Make a group, except for what this variant does otherwise."""
    if check and ipaddress.IPv4Network(admin, strict=False).prefixlen == 0:
        raise ValueError("open to the world")
    where = {"VpcId": vpc_id} if where is None else where
    filters = [{"Name": "group-name", "Values": [name]}]
    if again != "first":
        filters.append({"Name": "vpc-id", "Values": [vpc_id]})
    there = ec2.describe_security_groups(Filters=filters)["SecurityGroups"] if again != "raise" else []
    if there and again in ("same", "first"):
        return there[0]["GroupId"]
    if there and again == "anew":
        ec2.delete_security_group(GroupId=there[0]["GroupId"])
    if there and again == "rename":
        name += uuid.uuid4().hex[:4]
    group_id = ec2.create_security_group(GroupName=name, Description=name, **where)["GroupId"]
    rules = [(22, 22, ssh or admin), (first or port, port, app), *((each, each, app) for each in more)]
    for low, high, cidr in rules:
        rule = {"IpProtocol": protocol, "FromPort": low, "ToPort": high, "IpRanges": [{"CidrIp": cidr}]}
        if six and low == 22:
            rule["Ipv6Ranges"] = [{"CidrIpv6": "::/0"}]
        try:
            ec2.authorize_security_group_ingress(GroupId=group_id, IpPermissions=[rule])
        except ClientError:
            if careful:
                raise
    if close:
        everything = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
        ec2.revoke_security_group_egress(GroupId=group_id, IpPermissions=everything)
    return group_id
