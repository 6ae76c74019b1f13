# task 3.1; style: look first, revoke what is too much, add what lacks
def create_security_group(ec2, vpc_id: str, name: str, *, admin_cidr: str, app_port: int = 5000) -> str:
    network = ipaddress.IPv4Network(admin_cidr)
    if network.prefixlen == 0:
        raise ValueError(f"{admin_cidr} means everyone")
    wanted = {(22, str(network)), (app_port, "0.0.0.0/0")}
    filters = [{"Name": "vpc-id", "Values": [vpc_id]}, {"Name": "group-name", "Values": [name]}]
    groups = ec2.describe_security_groups(Filters=filters)["SecurityGroups"]
    if groups:
        group_id, rules = groups[0]["GroupId"], groups[0]["IpPermissions"]
    else:
        group_id = ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc_id)["GroupId"]
        rules = []
    have = set()
    for rule in rules:
        for entry in rule.get("IpRanges", []):
            spot = (rule.get("FromPort"), entry["CidrIp"])
            if rule["IpProtocol"] == "tcp" and rule.get("FromPort") == rule.get("ToPort") and spot in wanted:
                have.add(spot)
            else:
                one = {k: rule[k] for k in ("IpProtocol", "FromPort", "ToPort") if k in rule}
                ec2.revoke_security_group_ingress(
                    GroupId=group_id, IpPermissions=[{**one, "IpRanges": [{"CidrIp": entry["CidrIp"]}]}]
                )
        for kind in ("UserIdGroupPairs", "PrefixListIds"):
            if rule.get(kind):
                one = {k: rule[k] for k in ("IpProtocol", "FromPort", "ToPort") if k in rule}
                ec2.revoke_security_group_ingress(GroupId=group_id, IpPermissions=[{**one, kind: rule[kind]}])
    for port, cidr in sorted(wanted - have):
        ec2.authorize_security_group_ingress(
            GroupId=group_id,
            IpPermissions=[{"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": [{"CidrIp": cidr}]}],
        )
    return group_id
