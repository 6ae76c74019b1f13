# task 3.1; right: describe first
def create_security_group(ec2, vpc_id, name, *, admin_cidr, app_port=5000):
    network = ipaddress.ip_network(admin_cidr)
    if network.version != 4 or network.prefixlen == 0:
        raise ValueError(f"bad admin_cidr {admin_cidr}")
    filters = [{"Name": "group-name", "Values": [name]}, {"Name": "vpc-id", "Values": [vpc_id]}]
    found = ec2.describe_security_groups(Filters=filters)["SecurityGroups"]
    if found:
        return found[0]["GroupId"]
    group_id = ec2.create_security_group(GroupName=name, VpcId=vpc_id, Description="day 89")["GroupId"]
    ec2.authorize_security_group_ingress(
        GroupId=group_id,
        IpPermissions=[
            {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": admin_cidr}]},
            {"IpProtocol": "tcp", "FromPort": app_port, "ToPort": app_port, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]},
        ],
    )
    return group_id
