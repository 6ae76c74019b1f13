# task 4.4; mistake E23, E48; wrong because a launch that AWS refuses ends in an UnboundLocalError, which hides the reason
def run_on_ec2(
    s3,
    ec2,
    csv_path: str | os.PathLike,
    bucket: str,
    results_path: str | os.PathLike,
    *,
    image_id: str,
    security_group_id: str,
    instance_profile: str,
    timeout: float = 300,
) -> pathlib.Path:
    run = uuid.uuid4().hex
    input_key = f"input/{run}/{pathlib.Path(csv_path).name}"  # keeps .gz
    code_key, output_key = f"code/{run}/exercise.py", f"output/{run}.csv"
    upload_file(s3, csv_path, bucket, input_key)
    upload_file(s3, __file__, bucket, code_key)
    name = f"worker-{run}"
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
    finally:  # it bills until it is gone
        _terminate(ec2, instance_id, name)
