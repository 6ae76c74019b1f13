# task 3.1; right: brings the incoming rules to exactly what is wanted, also taking others away
import ipaddress


def create_security_group(ec2, vpc_id, name, *, admin_cidr, app_port=5000):
    admin = ipaddress.IPv4Network(admin_cidr)
    if not admin.prefixlen:
        raise ValueError(f"{admin} is everyone")
    wanted = {("tcp", 22, 22, str(admin)), ("tcp", app_port, app_port, "0.0.0.0/0")}
    groups = ec2.describe_security_groups(
        Filters=[{"Name": "vpc-id", "Values": [vpc_id]}, {"Name": "group-name", "Values": [name]}]
    )["SecurityGroups"]
    if groups:
        group = groups[0]["GroupId"]
    else:
        group = ec2.create_security_group(VpcId=vpc_id, GroupName=name, Description=name)["GroupId"]
    current = {
        (p["IpProtocol"], p.get("FromPort", -1), p.get("ToPort", -1), r["CidrIp"])
        for g in groups
        for p in g["IpPermissions"]
        for r in p.get("IpRanges", [])
    }
    for change, rules in (
        (ec2.revoke_security_group_ingress, current - wanted),
        (ec2.authorize_security_group_ingress, wanted - current),
    ):
        for protocol, low, high, cidr in rules:
            change(GroupId=group, IpProtocol=protocol, FromPort=low, ToPort=high, CidrIp=cidr)
    return group
