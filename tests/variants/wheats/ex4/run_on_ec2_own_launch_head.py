# task 4.4; style: its own RunInstances, HEAD polls, an outer finally over an id that may be None
def run_on_ec2(s3, ec2, csv_path, bucket, results_path, *, image_id, security_group_id, instance_profile, timeout=300):
    if not os.path.isfile(csv_path):
        raise FileNotFoundError(csv_path)
    stamp = f"{time.time_ns()}-{uuid.uuid4()}"
    suffix = ".csv.gz" if os.fspath(csv_path).endswith(".gz") else ".csv"
    keys = {"code": f"code/{stamp}/job.py", "input": f"input/{stamp}{suffix}", "output": f"output/{stamp}/result.csv"}
    for path, key in ((csv_path, keys["input"]), (__file__, keys["code"])):
        with open(path, "rb") as file:
            try:
                s3.put_object(Bucket=bucket, Key=key, Body=file)
            except s3.exceptions.NoSuchBucket as error:
                raise LookupError(f"no bucket {bucket}") from error
    instance_id = None
    try:
        instance_id = ec2.run_instances(
            ImageId=image_id,
            InstanceType="t3.small",
            MinCount=1,
            MaxCount=1,
            SecurityGroupIds=[security_group_id],
            UserData=worker_user_data(bucket, keys["code"], keys["input"], keys["output"]),
            IamInstanceProfile={"Name": instance_profile},
            InstanceInitiatedShutdownBehavior="terminate",
            MetadataOptions={"HttpTokens": "required", "HttpEndpoint": "enabled"},
        )["Instances"][0]["InstanceId"]
        give_up = time.time() + timeout
        while time.time() < give_up:
            state = ec2.describe_instances(InstanceIds=[instance_id])["Reservations"][0]["Instances"][0]["State"]
            try:
                s3.head_object(Bucket=bucket, Key=keys["output"])
            except ClientError as error:
                if error.response["Error"]["Code"] != "404":
                    raise
            else:
                break
            if state["Name"] in ("shutting-down", "terminated", "stopping", "stopped"):
                text = ec2.get_console_output(InstanceId=instance_id, Latest=True).get("Output") or ""
                raise RuntimeError("the worker failed; its console: " + "\n".join(text.splitlines()[-20:]))
            time.sleep(1)
        else:
            raise TimeoutError(f"{instance_id} wrote nothing")
        s3.download_file(bucket, keys["output"], os.fspath(results_path))
        return pathlib.Path(results_path)
    finally:
        if instance_id:
            ec2.terminate_instances(InstanceIds=[instance_id])
            ec2.get_waiter("instance_terminated").wait(InstanceIds=[instance_id])
