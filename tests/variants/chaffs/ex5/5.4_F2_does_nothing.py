# task 5.4; mistake F2, F3; earns 0; wrong because it does nothing and returns nothing
def deploy_model(
    s3, ec2, bucket, name, version, *, image_id, security_group_id, instance_profile, port=5000, timeout=300
):
    return None
