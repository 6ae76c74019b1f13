# task 4.4; mistake F3; wrong because the work is done here, and no worker was launched
def run_on_ec2(s3, ec2, csv_path, bucket, results_path, *, image_id, security_group_id, instance_profile, timeout=300):
    run = uuid.uuid4().hex
    source, target = f"input/{run}-{pathlib.Path(csv_path).name}", f"output/{run}.csv"
    upload_file(s3, csv_path, bucket, source)
    run_job(s3, bucket, source, target)
    return download_file(s3, bucket, target, results_path)
