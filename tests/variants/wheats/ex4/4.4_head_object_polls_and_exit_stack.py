# task 4.4; right: ExitStack, HEAD polls, console when the state has changed, own temporary name
from contextlib import ExitStack


def run_on_ec2(s3, ec2, csv_path, bucket, results_path, *, image_id, security_group_id, instance_profile, timeout=300):
    tag = str(uuid.uuid4())
    suffix = ".csv.gz" if os.fspath(csv_path).endswith(".gz") else ".csv"
    code, source, target = f"code/{tag}.py", f"input/{tag}{suffix}", f"output/{tag}.csv"
    for local, key in ((csv_path, source), (__file__, code)):
        upload_file(s3, local, bucket, key)

    def end_all():
        answer = ec2.describe_instances(Filters=[{"Name": "tag:Name", "Values": [tag]}])
        ids = [one["InstanceId"] for group in answer["Reservations"] for one in group["Instances"]]
        if ids:
            ec2.terminate_instances(InstanceIds=ids)
            ec2.get_waiter("instance_terminated").wait(InstanceIds=ids, WaiterConfig={"Delay": 1, "MaxAttempts": 60})

    with ExitStack() as stack:
        stack.callback(end_all)
        worker = launch_instance(
            ec2,
            tag,
            image_id=image_id,
            security_group_id=security_group_id,
            user_data=worker_user_data(bucket, code, source, target),
            instance_profile=instance_profile,
        )
        until = time.monotonic() + timeout
        while True:
            over = worker not in list_instances(ec2, state="running")
            try:
                s3.head_object(Bucket=bucket, Key=target)
                break
            except ClientError as error:
                if error.response["Error"]["Code"] not in ("404", "NoSuchKey"):
                    raise
            if over:
                raise RuntimeError(ec2.get_console_output(InstanceId=worker).get("Output", "no output")[-4000:])
            if time.monotonic() >= until:
                raise TimeoutError(f"{timeout} s")
            time.sleep(0.2)
        return download_file(s3, bucket, target, results_path)
