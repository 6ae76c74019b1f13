# task 4.4; style: finally
def run_on_ec2(s3, ec2, csv_path, bucket, results_path, *, image_id, security_group_id, instance_profile, timeout=300):

    import time
    import uuid

    from botocore.exceptions import ClientError

    csv_path = pathlib.Path(csv_path)
    if not csv_path.is_file():
        raise FileNotFoundError(str(csv_path))
    job = uuid.uuid4().hex
    name = f"worker-{job}"
    code_key = f"code/{job}.py"
    input_key = f"input/{job}.csv" + (".gz" if csv_path.name.endswith(".gz") else "")
    output_key = f"output/{job}.csv"

    def has_output():
        try:
            s3.head_object(Bucket=bucket, Key=output_key)
        except ClientError as error:
            if error.response["Error"]["Code"] in ("404", "NoSuchKey"):
                return False
            raise
        return True

    def state_of(instance_id):
        try:
            answer = ec2.describe_instances(InstanceIds=[instance_id])
        except ClientError as error:
            if error.response["Error"]["Code"] == "InvalidInstanceID.NotFound":
                return "pending"
            raise
        return answer["Reservations"][0]["Instances"][0]["State"]["Name"]

    def cleanup():
        ids = {instance_id} if instance_id else set()
        for _ in range(1 if ids else 3):
            pages = ec2.get_paginator("describe_instances").paginate(Filters=[{"Name": "tag:Name", "Values": [name]}])
            for page in pages:
                for reservation in page["Reservations"]:
                    ids.update(i["InstanceId"] for i in reservation["Instances"])
            if ids:
                set_instance_state(ec2, sorted(ids), "terminated")
                return
            time.sleep(2)

    upload_file(s3, csv_path, bucket, input_key)
    upload_file(s3, __file__, bucket, code_key)
    instance_id = None
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
        while not has_output():
            if state_of(instance_id) not in ("pending", "running"):
                if has_output():
                    break
                console = ec2.get_console_output(InstanceId=instance_id).get("Output", "")
                raise RuntimeError("the worker ended without output: " + console[-2000:])
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError(f"no output within {timeout} s")
            time.sleep(min(5, left))
        return download_file(s3, bucket, output_key, results_path)
    finally:
        cleanup()
