# task 3.1; right: rules with descriptions and the number of TCP, and one call for both; in a second run one by one
from ipaddress import AddressValueError, IPv4Network, NetmaskValueError

from botocore.exceptions import ClientError


def create_security_group(ec2, vpc_id, name, *, admin_cidr, app_port=5000):
    try:
        admin = IPv4Network(admin_cidr, strict=True)
    except (AddressValueError, NetmaskValueError, ValueError) as error:
        raise ValueError(f"admin_cidr: {error}") from None
    if admin == IPv4Network("0.0.0.0/0"):
        raise ValueError("admin_cidr must not be the whole internet")
    ssh = {
        "IpProtocol": "6",
        "FromPort": 22,
        "ToPort": 22,
        "IpRanges": [{"CidrIp": str(admin), "Description": "SSH of the administrators"}],
    }
    app = {
        "IpProtocol": "tcp",
        "FromPort": app_port,
        "ToPort": app_port,
        "IpRanges": [{"CidrIp": "0.0.0.0/0", "Description": "the application"}],
    }
    try:
        group_id = ec2.create_security_group(
            Description="made by day89",
            GroupName=name,
            VpcId=vpc_id,
            TagSpecifications=[{"ResourceType": "security-group", "Tags": [{"Key": "Name", "Value": name}]}],
        )["GroupId"]
    except ClientError as error:
        if error.response["Error"]["Code"] != "InvalidGroup.Duplicate":
            raise
        pages = ec2.get_paginator("describe_security_groups").paginate(Filters=[{"Name": "vpc-id", "Values": [vpc_id]}])
        group_id = next(g["GroupId"] for page in pages for g in page["SecurityGroups"] if g["GroupName"] == name)
    else:
        ec2.get_waiter("security_group_exists").wait(GroupIds=[group_id])
        ec2.authorize_security_group_ingress(GroupId=group_id, IpPermissions=[ssh, app])
        return group_id
    for rule in ssh, app:
        try:
            ec2.authorize_security_group_ingress(GroupId=group_id, IpPermissions=[rule])
        except ClientError as error:
            if error.response["Error"]["Code"] != "InvalidPermission.Duplicate":
                raise
    return group_id
