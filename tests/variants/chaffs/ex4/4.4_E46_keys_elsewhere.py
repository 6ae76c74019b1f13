# task 4.4; mistake E46; wrong because the role cannot read under jobs/
def run_on_ec2(s3, ec2, csv_path, bucket, results_path, *, image_id, security_group_id, instance_profile, timeout=300):
    run = uuid.uuid4().hex
    input_key, code_key = f"jobs/{run}/{pathlib.Path(csv_path).name}", f"jobs/{run}/exercise.py"
    output_key = f"output/{run}.csv"
    upload_file(s3, csv_path, bucket, input_key)
    upload_file(s3, __file__, bucket, code_key)
    name, instance_id = f"worker-{run}", None
    try:
        instance_id = launch_instance(
            ec2,
            name,
            image_id=image_id,
            security_group_id=security_group_id,
            user_data=worker_user_data(bucket, code_key, input_key, output_key),
            instance_profile=instance_profile,
        )
        _wait_for_output(s3, ec2, bucket, output_key, instance_id, timeout)
        return download_file(s3, bucket, output_key, results_path)
    finally:
        _terminate(ec2, instance_id, name)
