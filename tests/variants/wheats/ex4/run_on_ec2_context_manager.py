# task 4.4; style: a context manager, waiting for the worker's end with a waiter in slices, then looking for output
@contextmanager
def worker(ec2, **request):
    found = ec2.run_instances(MinCount=1, MaxCount=1, **request)["Instances"][0]["InstanceId"]
    try:
        yield found
    finally:
        ec2.terminate_instances(InstanceIds=[found])


def run_on_ec2(s3, ec2, csv_path, bucket, results_path, *, image_id, security_group_id, instance_profile, timeout=300):
    from botocore.exceptions import WaiterError

    job = uuid.uuid4().hex[:12]
    code, source = f"code/{job}.py", f"input/{job}/{os.path.basename(os.fspath(csv_path))}"
    target = f"output/{job}.csv"
    upload_file(s3, csv_path, bucket, source)
    upload_file(s3, pathlib.Path(__file__), bucket, code)
    request = {
        "ImageId": image_id,
        "InstanceType": "t3.micro",
        "SecurityGroupIds": [security_group_id],
        "UserData": worker_user_data(bucket, code, source, target),
        "IamInstanceProfile": {"Name": instance_profile},
        "InstanceInitiatedShutdownBehavior": "terminate",
    }
    end = time.monotonic() + timeout
    with worker(ec2, **request) as instance_id:
        while True:
            try:
                ec2.get_waiter("instance_terminated").wait(
                    InstanceIds=[instance_id], WaiterConfig={"Delay": 1, "MaxAttempts": 1}
                )
            except WaiterError:
                if time.monotonic() > end:
                    raise TimeoutError(f"{instance_id} took longer than {timeout} s") from None
                time.sleep(0.2)
            else:
                break
        try:
            return download_file(s3, bucket, target, results_path)
        except LookupError:
            console = ec2.get_console_output(InstanceId=instance_id).get("Output", "")
            raise RuntimeError(f"no output from {instance_id}: {console[-1000:]}") from None
