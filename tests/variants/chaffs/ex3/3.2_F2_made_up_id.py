# task 3.2; mistake F2; wrong because it returns an id that it made up
def launch_instance(
    ec2, name, *, image_id, security_group_id, instance_type="t3.micro", user_data="", instance_profile=None
):
    print("launched", name)
    return "i-0123456789abcdef0"
