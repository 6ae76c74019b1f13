# task 3.1; right: the application also over IPv6, which the docstring leaves open
import ipaddress

from botocore.exceptions import ClientError


def create_security_group(ec2, vpc_id, name, *, admin_cidr, app_port=5000):
    network = ipaddress.IPv4Network(admin_cidr)
    if network.prefixlen == 0:
        raise ValueError(admin_cidr)
    try:
        group_id = ec2.create_security_group(VpcId=vpc_id, GroupName=name, Description=name)["GroupId"]
    except ClientError as e:
        if "InvalidGroup.Duplicate" not in str(e):
            raise
        group_id = ec2.describe_security_groups(
            Filters=[{"Name": "vpc-id", "Values": [vpc_id]}, {"Name": "group-name", "Values": [name]}]
        )["SecurityGroups"][0]["GroupId"]
    for rule in (
        {"FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": str(network)}]},
        {"FromPort": app_port, "ToPort": app_port, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]},
        {"FromPort": app_port, "ToPort": app_port, "Ipv6Ranges": [{"CidrIpv6": "::/0"}]},
    ):
        try:
            ec2.authorize_security_group_ingress(GroupId=group_id, IpPermissions=[{"IpProtocol": "tcp", **rule}])
        except ClientError as e:
            if "InvalidPermission.Duplicate" not in str(e):
                raise
    return group_id
