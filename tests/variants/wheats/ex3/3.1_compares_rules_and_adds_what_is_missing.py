# task 3.1; right: compares rules and adds what is missing
def rules_of(ec2, group_id):
    group = ec2.describe_security_groups(GroupIds=[group_id])["SecurityGroups"][0]
    return {(rule["FromPort"], item["CidrIp"]) for rule in group["IpPermissions"] for item in rule.get("IpRanges", [])}


def create_security_group(ec2, vpc_id, name, *, admin_cidr, app_port=5000):
    if ipaddress.IPv4Network(admin_cidr).prefixlen < 1:
        raise ValueError(admin_cidr)
    groups = ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [vpc_id]}])["SecurityGroups"]
    ids = [group["GroupId"] for group in groups if group["GroupName"] == name]
    group_id = (
        ids[0]
        if ids
        else ec2.create_security_group(
            GroupName=name,
            Description=name,
            VpcId=vpc_id,
            TagSpecifications=[{"ResourceType": "security-group", "Tags": [{"Key": "Name", "Value": name}]}],
        )["GroupId"]
    )
    for port, cidr in {(22, admin_cidr), (app_port, "0.0.0.0/0")} - rules_of(ec2, group_id):
        ec2.authorize_security_group_ingress(
            GroupId=group_id,
            IpPermissions=[{"FromPort": port, "ToPort": port, "IpProtocol": "tcp", "IpRanges": [{"CidrIp": cidr}]}],
        )
    return group_id
