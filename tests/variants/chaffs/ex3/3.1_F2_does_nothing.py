# task 3.1; mistake F2, F3; earns 0; wrong because it does nothing and returns nothing
def create_security_group(ec2, vpc_id, name, *, admin_cidr, app_port=5000):
    return None
