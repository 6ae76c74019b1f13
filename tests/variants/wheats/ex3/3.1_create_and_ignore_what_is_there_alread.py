# task 3.1; style: create, and ignore what is there already
import botocore.exceptions


def _ignoring(code, call, **arguments):
    try:
        return call(**arguments)
    except botocore.exceptions.ClientError as error:
        if error.response["Error"]["Code"] != code:
            raise
        return None


def create_security_group(ec2, vpc_id: str, name: str, *, admin_cidr: str, app_port: int = 5000) -> str:
    try:
        network = ipaddress.ip_network(admin_cidr, strict=False)
    except ValueError:
        raise ValueError(f"{admin_cidr!r} is no network") from None
    if network.version != 4 or network.num_addresses == 2**32:
        raise ValueError(admin_cidr)
    made = _ignoring(
        "InvalidGroup.Duplicate", ec2.create_security_group, GroupName=name, Description="app server", VpcId=vpc_id
    )
    if made:
        group_id = made["GroupId"]
        ec2.get_waiter("security_group_exists").wait(GroupIds=[group_id])
    else:
        (group,) = ec2.describe_security_groups(
            Filters=[dict(Name="group-name", Values=[name]), dict(Name="vpc-id", Values=[vpc_id])]
        )["SecurityGroups"]
        group_id = group["GroupId"]
    wanted = [(22, network.with_prefixlen), (app_port, "0.0.0.0/0")]
    for port, cidr in wanted:
        _ignoring(
            "InvalidPermission.Duplicate",
            ec2.authorize_security_group_ingress,
            GroupId=group_id,
            IpProtocol="tcp",
            FromPort=port,
            ToPort=port,
            CidrIp=cidr,
        )
    pages = ec2.get_paginator("describe_security_group_rules").paginate(
        Filters=[{"Name": "group-id", "Values": [group_id]}]
    )
    stray = [
        rule["SecurityGroupRuleId"]
        for page in pages
        for rule in page["SecurityGroupRules"]
        if not rule["IsEgress"]
        and not (
            rule["IpProtocol"] == "tcp"
            and rule["FromPort"] == rule["ToPort"]
            and (rule["FromPort"], rule.get("CidrIpv4")) in wanted
        )
    ]
    if stray:
        ec2.revoke_security_group_ingress(GroupId=group_id, SecurityGroupRuleIds=stray)
    return group_id
