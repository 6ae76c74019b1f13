# task 3.1; mistake F1; earns 0; wrong because it raises ValueError whatever is asked
def create_security_group(ec2, vpc_id, name, *, admin_cidr, app_port=5000):
    raise ValueError(vpc_id, name, admin_cidr)
