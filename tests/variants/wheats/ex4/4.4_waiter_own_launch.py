# task 4.4; style: waiter own launch
def run_on_ec2(s3, ec2, csv_path, bucket, results_path, *, image_id, security_group_id, instance_profile, timeout=300):
    """Launches with its own request, waits for the worker's end with a waiter, downloads by itself."""
    import datetime
    import math
    import tempfile
    import uuid

    import botocore.exceptions

    source, target = pathlib.Path(csv_path), pathlib.Path(results_path)
    with open(source, "rb"):  # FileNotFoundError
        pass
    token = str(uuid.uuid4())
    input_key = f"input/{token}/" + ("in.csv.gz" if source.name.endswith(".gz") else "in.csv")
    code_key, output_key = f"code/{token}/worker.py", f"output/{token}/out.csv"
    try:
        for local, key in ((source, input_key), (pathlib.Path(__file__), code_key)):
            s3.put_object(Bucket=bucket, Key=key, Body=local.read_bytes())
    except s3.exceptions.NoSuchBucket as error:
        raise LookupError(bucket) from error

    def result():
        try:
            return s3.get_object(Bucket=bucket, Key=output_key)["Body"].read()
        except s3.exceptions.NoSuchKey:
            return None

    def instances():
        return [
            instance
            for page in ec2.get_paginator("describe_instances").paginate(
                Filters=[{"Name": "tag:Job", "Values": [token]}]
            )
            for reservation in page["Reservations"]
            for instance in reservation["Instances"]
        ]

    started = datetime.datetime.now(datetime.timezone.utc)
    try:
        instance_id = ec2.run_instances(
            MinCount=1,
            MaxCount=1,
            ImageId=image_id,
            InstanceType="t3.micro",
            SecurityGroupIds=[security_group_id],
            IamInstanceProfile={"Name": instance_profile},
            InstanceInitiatedShutdownBehavior="terminate",
            MetadataOptions={"HttpTokens": "required"},
            ClientToken=token,
            UserData=worker_user_data(bucket, code_key, input_key, output_key),
            TagSpecifications=[
                {
                    "ResourceType": "instance",
                    "Tags": [{"Key": "Name", "Value": "worker"}, {"Key": "Job", "Value": token}],
                }
            ],
        )["Instances"][0]["InstanceId"]
        data = None
        while data is None:
            ended = False
            try:
                ec2.get_waiter("instance_terminated").wait(
                    InstanceIds=[instance_id], WaiterConfig={"Delay": 1, "MaxAttempts": 2}
                )
                ended = True
            except botocore.exceptions.WaiterError as error:
                if "Max attempts" not in str(error) and "terminal failure" not in str(error):
                    raise
            if not ended:
                ended = any(i["State"]["Name"] in ("stopping", "stopped", "shutting-down") for i in instances())
            data = result()
            if data is None and ended:
                output = ec2.get_console_output(InstanceId=instance_id).get("Output", "")
                raise RuntimeError(f"worker {instance_id} ended without output: ...{output[-4096:]}")
            elapsed = datetime.datetime.now(datetime.timezone.utc) - started
            if data is None and elapsed.total_seconds() >= timeout:
                raise TimeoutError(f"no output after {math.floor(elapsed.total_seconds())} s")
    finally:
        ids = [instance["InstanceId"] for instance in instances()]
        if ids:
            ec2.terminate_instances(InstanceIds=ids)
            ec2.get_waiter("instance_terminated").wait(InstanceIds=ids)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data)
    return target
