# task 4.4; mistake E18; wrong because a stopped instance still bills for its disk
def run_on_ec2(s3, ec2, csv_path, bucket, results_path, *, image_id, security_group_id, instance_profile, timeout=300):
    run = uuid.uuid4().hex
    code, source, target = f"code/{run}.py", f"input/{run}-{pathlib.Path(csv_path).name}", f"output/{run}.csv"
    upload_file(s3, csv_path, bucket, source)
    upload_file(s3, __file__, bucket, code)
    data = worker_user_data(bucket, code, source, target).replace("shutdown -h now", "true")
    options = {"image_id": image_id, "security_group_id": security_group_id, "instance_profile": instance_profile}
    instance_id = launch_instance(ec2, run, user_data=data, **options)
    try:
        _wait_for_output(s3, ec2, bucket, target, instance_id, timeout)
        return download_file(s3, bucket, target, results_path)
    finally:
        set_instance_state(ec2, [instance_id], "stopped")
