# task 4.4; right: a generator of looks, s3 resource-free, finally with ids collected in a list
def _looks(timeout, pause=0.3):
    end = time.time() + timeout
    yield
    while time.time() < end:
        time.sleep(pause)
        yield


def run_on_ec2(s3, ec2, csv_path, bucket, results_path, *, image_id, security_group_id, instance_profile, timeout=300):
    job = "job-" + uuid.uuid4().hex[:16]
    names = {"in": f"input/{job}/{os.path.basename(csv_path)}", "out": f"output/{job}/r.csv", "py": f"code/{job}.py"}
    upload_file(s3, csv_path, bucket, names["in"])
    upload_file(s3, pathlib.Path(__file__), bucket, names["py"])
    script = worker_user_data(bucket, names["py"], names["in"], names["out"])
    token = uuid.uuid4().hex
    try:
        answer = ec2.run_instances(
            ImageId=image_id,
            InstanceType="t3.micro",
            MinCount=1,
            MaxCount=1,
            ClientToken=token,
            UserData=script,
            SecurityGroupIds=[security_group_id],
            IamInstanceProfile={"Name": instance_profile},
            InstanceInitiatedShutdownBehavior="terminate",
            MetadataOptions={"HttpTokens": "required"},
            TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": job}]}],
        )
        worker = answer["Instances"][0]["InstanceId"]
        for _ in _looks(timeout):
            states = list_instances(ec2)
            if list_keys(s3, bucket, names["out"]):
                return download_file(s3, bucket, names["out"], results_path)
            if states.get(worker) in ("shutting-down", "terminated", "stopping", "stopped"):
                if list_keys(s3, bucket, names["out"]):
                    return download_file(s3, bucket, names["out"], results_path)
                console = ec2.get_console_output(InstanceId=worker, Latest=True).get("Output", "")
                raise RuntimeError(f"{worker} failed\n...{console[-1000:]}")
        raise TimeoutError(f"{worker} took longer than {timeout} s")
    finally:
        mine = ec2.describe_instances(Filters=[{"Name": "client-token", "Values": [token]}])["Reservations"]
        ids = [one["InstanceId"] for group in mine for one in group["Instances"]]
        if ids:
            set_instance_state(ec2, ids, "terminated")
