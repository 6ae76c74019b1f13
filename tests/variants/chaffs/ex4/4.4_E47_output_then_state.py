# task 4.4; mistake E47; wrong because it looks at the state after the output
def run_on_ec2(s3, ec2, csv_path, bucket, results_path, *, image_id, security_group_id, instance_profile, timeout=300):
    run = uuid.uuid4().hex
    input_key = f"input/{run}/{pathlib.Path(csv_path).name}"
    code_key, output_key = f"code/{run}/exercise.py", f"output/{run}.csv"
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
        deadline = time.monotonic() + timeout
        while True:
            if list_keys(s3, bucket, output_key):
                break
            if list_instances(ec2)[instance_id] not in ("pending", "running"):
                raise RuntimeError(ec2.get_console_output(InstanceId=instance_id).get("Output", "")[-2000:])
            if time.monotonic() > deadline:
                raise TimeoutError(output_key)
            time.sleep(0.3)
        return download_file(s3, bucket, output_key, results_path)
    finally:
        _terminate(ec2, instance_id, name)
