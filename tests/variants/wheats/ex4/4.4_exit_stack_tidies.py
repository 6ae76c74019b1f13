# task 4.4; right: a context manager owns the worker, an exit stack removes what was uploaded
from contextlib import ExitStack


@contextmanager
def _worker(ec2, label, **launch):
    def mine():
        pages = ec2.get_paginator("describe_instances").paginate(
            Filters=[
                {"Name": "tag:Name", "Values": [label]},
                {"Name": "instance-state-name", "Values": ["pending", "running", "stopping", "stopped"]},
            ]
        )
        return [i["InstanceId"] for p in pages for r in p["Reservations"] for i in r["Instances"]]

    try:
        yield launch_instance(ec2, label, **launch)
    finally:
        ids = mine()
        if ids:
            ec2.terminate_instances(InstanceIds=ids)
            while mine():
                time.sleep(0.2)


def run_on_ec2(s3, ec2, csv_path, bucket, results_path, *, image_id, security_group_id, instance_profile, timeout=300):
    job = f"{time.time_ns()}-{os.getpid()}-{uuid.uuid4().hex[:12]}"
    csv_path = pathlib.Path(csv_path)
    keys = {
        "input": f"input/{job}/data{''.join(csv_path.suffixes)}",
        "code": f"code/{job}/worker.py",
        "output": f"output/{job}/data.csv",
    }
    with ExitStack() as stack:
        for path, key in ((csv_path, keys["input"]), (pathlib.Path(__file__), keys["code"])):
            upload_file(s3, path, bucket, key)
            stack.callback(s3.delete_object, Bucket=bucket, Key=key)
        instance = stack.enter_context(
            _worker(
                ec2,
                job,
                image_id=image_id,
                security_group_id=security_group_id,
                instance_profile=instance_profile,
                user_data=worker_user_data(bucket, keys["code"], keys["input"], keys["output"]),
            )
        )
        end = time.perf_counter() + timeout
        while time.perf_counter() < end:
            over = list_instances(ec2)[instance] in {"shutting-down", "terminated", "stopping", "stopped"}
            try:
                return download_file(s3, bucket, keys["output"], results_path)
            except LookupError:
                pass
            if over:
                raise RuntimeError(
                    f"{instance}: {ec2.get_console_output(InstanceId=instance, Latest=True).get('Output', '')[-4000:]}"
                )
            time.sleep(0.3)
        raise TimeoutError(f"{job}: no output in {timeout} s")
