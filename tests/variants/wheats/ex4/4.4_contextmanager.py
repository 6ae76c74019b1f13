# task 4.4; style: contextmanager
def run_on_ec2(s3, ec2, csv_path, bucket, results_path, *, image_id, security_group_id, instance_profile, timeout=300):

    import contextlib
    import secrets
    import time

    if not os.path.exists(csv_path):
        raise FileNotFoundError(f"no such file: {os.fspath(csv_path)}")
    tag = "day89-job-" + secrets.token_hex(12)
    gz = os.fspath(csv_path).endswith(".gz")
    keys = {
        "code": f"code/{tag}/exercise.py",
        "input": f"input/{tag}/data.csv" + (".gz" if gz else ""),
        "output": f"output/{tag}/data.csv",
    }
    upload_file(s3, __file__, bucket, keys["code"])
    upload_file(s3, csv_path, bucket, keys["input"])

    def mine():
        filters = [
            {"Name": "tag:Name", "Values": [tag]},
            {"Name": "instance-state-name", "Values": ["pending", "running", "stopping", "stopped"]},
        ]
        pages = ec2.get_paginator("describe_instances").paginate(Filters=filters)
        return [i["InstanceId"] for page in pages for r in page["Reservations"] for i in r["Instances"]]

    def sweep(known):
        ids = sorted(set(known) | set(mine()))
        patience = 5
        while not ids and patience:
            time.sleep(1)
            ids, patience = mine(), patience - 1
        if ids:
            ec2.terminate_instances(InstanceIds=ids)
            ec2.get_waiter("instance_terminated").wait(InstanceIds=ids, WaiterConfig={"Delay": 5, "MaxAttempts": 120})

    def output_there():
        found = s3.list_objects_v2(Bucket=bucket, Prefix=keys["output"], MaxKeys=1)
        return found["KeyCount"] > 0

    with contextlib.ExitStack() as stack:
        known = []
        stack.callback(sweep, known)
        known.append(
            launch_instance(
                ec2,
                tag,
                image_id=image_id,
                security_group_id=security_group_id,
                instance_profile=instance_profile,
                user_data=worker_user_data(bucket, keys["code"], keys["input"], keys["output"]),
            )
        )
        end = time.time() + timeout
        while True:
            # The state first: what ended before this look has written what it was going to write.
            ended = list_instances(ec2).get(known[0], "pending") in (
                "shutting-down",
                "terminated",
                "stopping",
                "stopped",
            )
            if output_there():
                break
            if ended:
                text = ec2.get_console_output(InstanceId=known[0]).get("Output") or "(no console output)"
                raise RuntimeError("worker failed\n" + "\n".join(text.splitlines()[-40:]))
            if time.time() >= end:
                raise TimeoutError(f"{keys['output']} did not appear within {timeout} seconds")
            time.sleep(3)
        return download_file(s3, bucket, keys["output"], results_path)
