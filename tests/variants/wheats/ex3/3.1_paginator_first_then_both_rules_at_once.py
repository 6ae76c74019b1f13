# task 3.1; right: looks first over pages, both rules in one call, description and tags
def create_security_group(ec2, vpc_id, name, *, admin_cidr, app_port=5000):
    try:
        network = ipaddress.ip_network(admin_cidr)
    except ValueError as error:
        raise ValueError(f"cannot read {admin_cidr}") from error
    if network.version != 4 or network.num_addresses == 2**32:
        raise ValueError(f"not {admin_cidr}")
    pages = ec2.get_paginator("describe_security_groups").paginate(
        Filters=[{"Name": "vpc-id", "Values": [vpc_id]}, {"Name": "group-name", "Values": [name]}]
    )
    there = next((one for page in pages for one in page["SecurityGroups"]), None)
    if there is None:
        made = ec2.create_security_group(
            GroupName=name,
            VpcId=vpc_id,
            Description=f"ssh for {network} and port {app_port} for all",
            TagSpecifications=[{"ResourceType": "security-group", "Tags": [{"Key": "Name", "Value": name}]}],
        )
        there = {"GroupId": made["GroupId"], "IpPermissions": []}
    open_now = {(rule.get("FromPort"), one["CidrIp"]) for rule in there["IpPermissions"] for one in rule["IpRanges"]}
    wanted = [(22, str(network)), (app_port, "0.0.0.0/0")]
    missing = [
        {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": [{"CidrIp": cidr, "Description": "day 89"}]}
        for port, cidr in wanted
        if (port, cidr) not in open_now
    ]
    if missing:
        ec2.authorize_security_group_ingress(GroupId=there["GroupId"], IpPermissions=missing)
    return there["GroupId"]
