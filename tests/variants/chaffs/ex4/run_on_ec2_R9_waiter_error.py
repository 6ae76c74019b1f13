# task 4.4; mistake R9; wrong because a waiter that gives up raises WaiterError
def run_on_ec2(s3, ec2, csv_path, bucket, results_path, *, image_id, security_group_id, instance_profile, timeout=300):
    run = uuid.uuid4().hex
    code, source, target = f"code/{run}.py", f"input/{run}-{pathlib.Path(csv_path).name}", f"output/{run}.csv"
    upload_file(s3, csv_path, bucket, source)
    upload_file(s3, __file__, bucket, code)
    data = worker_user_data(bucket, code, source, target)
    options = {"image_id": image_id, "security_group_id": security_group_id, "instance_profile": instance_profile}
    instance_id = launch_instance(ec2, run, user_data=data, **options)
    try:
        patience = {"Delay": 1, "MaxAttempts": max(1, int(timeout))}
        s3.get_waiter("object_exists").wait(Bucket=bucket, Key=target, WaiterConfig=patience)
        return download_file(s3, bucket, target, results_path)
    finally:
        set_instance_state(ec2, [instance_id], "terminated")
