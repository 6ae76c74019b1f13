# task 4.4; mistake E42; wrong because the worker gets the default security group, and not the one that was given
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
    name, instance_id = f"worker-{run}", None
    try:
        instance_id = ec2.run_instances(
            ImageId=image_id,
            InstanceType="t3.micro",
            MinCount=1,
            MaxCount=1,
            UserData=worker_user_data(bucket, code_key, input_key, output_key),
            IamInstanceProfile={"Name": instance_profile},
            MetadataOptions={"HttpTokens": "required"},
            InstanceInitiatedShutdownBehavior="terminate",
            TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": name}]}],
        )["Instances"][0]["InstanceId"]
        ec2.get_waiter("instance_running").wait(InstanceIds=[instance_id])
        _wait_for_output(s3, ec2, bucket, output_key, instance_id, timeout)
        return download_file(s3, bucket, output_key, results_path)
    finally:  # it bills until it is gone
        _terminate(ec2, instance_id, name)
