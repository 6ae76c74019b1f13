# task 4.4; right: a thread watches the state, the main one the output
import threading


def run_on_ec2(s3, ec2, csv_path, bucket, results_path, *, image_id, security_group_id, instance_profile, timeout=300):
    me = f"w{uuid.uuid1()}"
    gz = ".gz" if str(csv_path).endswith(".gz") else ""
    source, target, code = f"input/{me}.csv{gz}", f"output/{me}.csv", f"code/{me}.py"
    data = pathlib.Path(csv_path).read_bytes()
    with lookup_error(f"bucket {bucket}", "NoSuchBucket"):
        s3.put_object(Bucket=bucket, Key=source, Body=data)
        s3.put_object(Bucket=bucket, Key=code, Body=pathlib.Path(__file__).read_bytes())
    where = [{"Name": "tag:Name", "Values": [me]}]

    def look():
        return {
            i["InstanceId"]: i["State"]["Name"]
            for r in ec2.describe_instances(Filters=where)["Reservations"]
            for i in r["Instances"]
        }

    over = threading.Event()
    done = threading.Event()

    def watch():
        while not done.wait(0.25):
            if any(s in ("terminated", "shutting-down", "stopped") for s in look().values()):
                over.set()
                return

    watcher = threading.Thread(target=watch, daemon=True)
    try:
        launch_instance(
            ec2,
            me,
            image_id=image_id,
            security_group_id=security_group_id,
            instance_profile=instance_profile,
            user_data=worker_user_data(bucket, code, source, target),
        )
        watcher.start()
        deadline = time.time() + timeout
        while not list_keys(s3, bucket, target):
            if over.is_set() and not list_keys(s3, bucket, target):
                (instance,) = look()
                raise RuntimeError(
                    "worker failed: " + (ec2.get_console_output(InstanceId=instance).get("Output") or "")[-5000:]
                )
            if time.time() > deadline:
                raise TimeoutError(me)
            over.wait(0.5)
        return download_file(s3, bucket, target, results_path)
    finally:
        done.set()
        alive = [i for i, s in look().items() if s != "terminated"]
        if alive:
            ec2.terminate_instances(InstanceIds=alive)
            while set(look().values()) != {"terminated"}:
                time.sleep(0.1)
