# task 4.4; mistake F2; wrong because it launches a worker, and writes a result of its own without waiting
def run_on_ec2(s3, ec2, csv_path, bucket, results_path, *, image_id, security_group_id, instance_profile, timeout=300):
    run = uuid.uuid4().hex
    upload_file(s3, csv_path, bucket, f"input/{run}.csv")
    upload_file(s3, __file__, bucket, f"code/{run}.py")
    data = worker_user_data(bucket, f"code/{run}.py", f"input/{run}.csv", f"output/{run}.csv")
    options = {"image_id": image_id, "security_group_id": security_group_id, "instance_profile": instance_profile}
    instance_id = launch_instance(ec2, run, user_data=data, **options)
    set_instance_state(ec2, [instance_id], "terminated")
    pathlib.Path(results_path).write_text("id,value\n")
    return pathlib.Path(results_path)
