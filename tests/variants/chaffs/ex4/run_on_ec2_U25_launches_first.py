# task 4.4; mistake U25; wrong because the worker is launched before the file is known to be there
def run_on_ec2(s3, ec2, csv_path, bucket, results_path, *, image_id, security_group_id, instance_profile, timeout=300):
    run = uuid.uuid4().hex
    code, source, target = f"code/{run}.py", f"input/{run}-{pathlib.Path(csv_path).name}", f"output/{run}.csv"
    data = worker_user_data(bucket, code, source, target)
    options = {"image_id": image_id, "security_group_id": security_group_id, "instance_profile": instance_profile}
    instance_id = launch_instance(ec2, run, user_data=data, **options)
    try:
        upload_file(s3, csv_path, bucket, source)
        upload_file(s3, __file__, bucket, code)
        _wait_for_output(s3, ec2, bucket, target, instance_id, timeout)
        return download_file(s3, bucket, target, results_path)
    finally:
        set_instance_state(ec2, [instance_id], "terminated")
