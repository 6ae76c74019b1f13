# task 3.1; mistake F2; wrong because it returns an id that it made up
def create_security_group(ec2, vpc_id, name, *, admin_cidr, app_port=5000):
    if ipaddress.IPv4Network(admin_cidr).prefixlen == 0:
        raise ValueError(admin_cidr)
    return "sg-0123456789abcdef0"
