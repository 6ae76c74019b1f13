# task 4.4; mistake D19; wrong because two calls at the same time share their keys
def run_on_ec2(s3, ec2, csv_path, bucket, results_path, *, image_id, security_group_id, instance_profile, timeout=300):
    name = pathlib.Path(csv_path).name
    code, source, target = "code/exercise.py", f"input/{name}", f"output/{name.removesuffix('.gz')}"
    upload_file(s3, csv_path, bucket, source)
    upload_file(s3, __file__, bucket, code)
    data = worker_user_data(bucket, code, source, target)
    options = {"image_id": image_id, "security_group_id": security_group_id, "instance_profile": instance_profile}
    instance_id = launch_instance(ec2, name, user_data=data, **options)
    try:
        _wait_for_output(s3, ec2, bucket, target, instance_id, timeout)
        return download_file(s3, bucket, target, results_path)
    finally:
        set_instance_state(ec2, [instance_id], "terminated")
