# task 4.4; mistake F2, F3; earns 0; wrong because it does nothing and returns nothing
def run_on_ec2(s3, ec2, csv_path, bucket, results_path, *, image_id, security_group_id, instance_profile, timeout=300):
    return None
