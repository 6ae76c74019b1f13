# task 4.4; right: its own launch, found again by its client token
def _ids(ec2, token):
    found = ec2.describe_instances(Filters=[{"Name": "client-token", "Values": [token]}])["Reservations"]
    return [i["InstanceId"] for r in found for i in r["Instances"]]


def run_on_ec2(s3, ec2, csv_path, bucket, results_path, *, image_id, security_group_id, instance_profile, timeout=300):
    token = str(uuid.uuid4())
    source, target, code = (
        f"input/{token}-{os.path.basename(csv_path)}",
        f"output/{token}/result.csv",
        f"code/{token}.py",
    )
    if not os.path.exists(csv_path):
        raise FileNotFoundError(csv_path)
    for local, key in ((csv_path, source), (__file__, code)):
        with open(local, "rb") as handle, lookup_error(bucket, "NoSuchBucket"):
            s3.put_object(Bucket=bucket, Key=key, Body=handle)
    stop = time.monotonic() + timeout
    try:
        ec2.run_instances(
            ImageId=image_id,
            InstanceType="t3.small",
            MinCount=1,
            MaxCount=1,
            ClientToken=token,
            SecurityGroupIds=[security_group_id],
            IamInstanceProfile={"Name": instance_profile},
            InstanceInitiatedShutdownBehavior="terminate",
            UserData=worker_user_data(bucket, code, source, target),
            MetadataOptions={"HttpTokens": "required", "HttpEndpoint": "enabled"},
            TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": "day89-" + token}]}],
        )
        (instance,) = _ids(ec2, token)
        while True:
            state = list_instances(ec2).get(instance)
            try:
                s3.head_object(Bucket=bucket, Key=target)
                break
            except ClientError as e:
                if e.response["Error"]["Code"] != "404":
                    raise
            if state in ("shutting-down", "terminated", "stopping", "stopped"):
                text = ec2.get_console_output(InstanceId=instance).get("Output") or ""
                raise RuntimeError("no output\n" + "\n".join(text.splitlines()[-40:]))
            if time.monotonic() >= stop:
                raise TimeoutError(f"nothing at {target} after {timeout} s")
            time.sleep(min(1, max(0.05, stop - time.monotonic())))
        return download_file(s3, bucket, target, results_path)
    finally:
        if left := _ids(ec2, token):
            ec2.terminate_instances(InstanceIds=left)
            ec2.get_waiter("instance_terminated").wait(InstanceIds=left, WaiterConfig={"Delay": 1, "MaxAttempts": 120})
