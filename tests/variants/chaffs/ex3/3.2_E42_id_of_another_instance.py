# task 3.2; mistake E42; wrong because it returns whichever instance is there already
def launch_instance(
    ec2, name, *, image_id, security_group_id, instance_type="t3.micro", user_data="", instance_profile=None
):
    for reservation in ec2.describe_instances()["Reservations"]:
        return reservation["Instances"][0]["InstanceId"]
    return ec2.run_instances(ImageId=image_id, MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
