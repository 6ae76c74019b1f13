# task 3.1; right: resource and ipv6 for the application
def create_security_group(ec2, vpc_id, name, *, admin_cidr, app_port=5000):
    try:
        admin = ipaddress.IPv4Network(admin_cidr)
    except ValueError as error:
        raise ValueError(f"{admin_cidr!r} is no IPv4 network") from error
    if admin.num_addresses == 2**32:
        raise ValueError("the whole internet")
    vpc = boto3.resource("ec2", region_name=ec2.meta.region_name).Vpc(vpc_id)
    for group in vpc.security_groups.filter(Filters=[{"Name": "group-name", "Values": [name]}]):
        return group.id
    group = vpc.create_security_group(GroupName=name, Description=f"{name} of day 89")
    group.authorize_ingress(
        IpPermissions=[
            {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": admin_cidr}]},
            {
                "IpProtocol": "tcp",
                "FromPort": app_port,
                "ToPort": app_port,
                "IpRanges": [{"CidrIp": "0.0.0.0/0", "Description": "app"}],
                "Ipv6Ranges": [{"CidrIpv6": "::/0"}],
            },
        ]
    )
    return group.id
