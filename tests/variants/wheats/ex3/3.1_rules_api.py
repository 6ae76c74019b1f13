# task 3.1; right: compares with describe_security_group_rules, and undoes a group whose rules fail
import ipaddress

from botocore.exceptions import ClientError


def create_security_group(ec2, vpc_id, name, *, admin_cidr, app_port=5000):
    network = ipaddress.IPv4Network(admin_cidr)
    if network.prefixlen < 1:
        raise ValueError("SSH may not be open to everyone")
    created = False
    try:
        group_id = ec2.create_security_group(VpcId=vpc_id, GroupName=name, Description="app")["GroupId"]
        created = True
    except ClientError as e:
        if e.response["Error"]["Code"] != "InvalidGroup.Duplicate":
            raise
        (group,) = ec2.describe_security_groups(
            Filters=[{"Name": "vpc-id", "Values": [vpc_id]}, {"Name": "group-name", "Values": [name]}]
        )["SecurityGroups"]
        group_id = group["GroupId"]
    try:
        rules = [
            (r["IpProtocol"], r["FromPort"], r["ToPort"], r.get("CidrIpv4"))
            for page in ec2.get_paginator("describe_security_group_rules").paginate(
                Filters=[{"Name": "group-id", "Values": [group_id]}]
            )
            for r in page["SecurityGroupRules"]
            if not r["IsEgress"]
        ]
        for port, cidr in [(22, str(network)), (app_port, "0.0.0.0/0")]:
            if ("tcp", port, port, cidr) not in rules:
                ec2.authorize_security_group_ingress(
                    GroupId=group_id, IpProtocol="tcp", FromPort=port, ToPort=port, CidrIp=cidr
                )
    except BaseException:
        if created:
            ec2.delete_security_group(GroupId=group_id)
        raise
    return group_id
