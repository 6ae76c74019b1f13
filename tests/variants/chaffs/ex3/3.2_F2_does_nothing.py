# task 3.2; mistake F2, F3; earns 0; wrong because it does nothing and returns nothing
def launch_instance(
    ec2, name, *, image_id, security_group_id, instance_type="t3.micro", user_data="", instance_profile=None
):
    return None
