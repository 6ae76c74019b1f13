# task 3.1; right: flat parameters
def create_security_group(ec2, vpc_id, name, *, admin_cidr, app_port=5000):
    admin = ipaddress.IPv4Network(admin_cidr, strict=False)
    if admin == ipaddress.IPv4Network("0.0.0.0/0"):
        raise ValueError("everyone")
    try:
        group = ec2.create_security_group(Description=name, GroupName=name, VpcId=vpc_id)["GroupId"]
    except ClientError as e:
        if e.response["Error"]["Code"] != "InvalidGroup.Duplicate":
            raise
        for page in ec2.get_paginator("describe_security_groups").paginate():
            for one in page["SecurityGroups"]:
                if one["GroupName"] == name and one["VpcId"] == vpc_id:
                    return one["GroupId"]
        raise
    ec2.authorize_security_group_ingress(GroupId=group, IpProtocol="tcp", FromPort=22, ToPort=22, CidrIp=str(admin))
    for half in ("0.0.0.0/1", "128.0.0.0/1"):
        ec2.authorize_security_group_ingress(
            GroupId=group, IpProtocol="6", FromPort=app_port, ToPort=app_port, CidrIp=half
        )
    return group
