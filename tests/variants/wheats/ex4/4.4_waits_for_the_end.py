# task 4.4; right: waits for the worker's own end, then looks for the output
from botocore.exceptions import WaiterError


def run_on_ec2(s3, ec2, csv_path, bucket, results_path, *, image_id, security_group_id, instance_profile, timeout=300):
    csv_path = os.fspath(csv_path)
    unique = uuid.uuid4().hex
    in_key = "input/" + unique + (".csv.gz" if csv_path.endswith(".gz") else ".csv")
    out_key, code_key = f"output/{unique}", f"code/{unique}"
    upload_file(s3, csv_path, bucket, in_key)
    upload_file(s3, os.path.abspath(__file__), bucket, code_key)
    instance = None
    try:
        instance = launch_instance(
            ec2,
            unique,
            image_id=image_id,
            security_group_id=security_group_id,
            instance_profile=instance_profile,
            user_data=worker_user_data(bucket, code_key, in_key, out_key),
        )
        delay = 0.5
        try:
            ec2.get_waiter("instance_terminated").wait(
                InstanceIds=[instance], WaiterConfig={"Delay": delay, "MaxAttempts": max(1, int(timeout / delay))}
            )
        except WaiterError as error:
            if not list_keys(s3, bucket, out_key):
                raise TimeoutError(f"{instance} was not done in {timeout} s") from error
        try:
            return download_file(s3, bucket, out_key, results_path)
        except LookupError:
            log = ec2.get_console_output(InstanceId=instance).get("Output", "(no console)")
            raise RuntimeError(f"{instance} wrote nothing: {log[-3000:]}") from None
    finally:
        ids = (
            [instance]
            if instance
            else [
                i["InstanceId"]
                for r in ec2.describe_instances(Filters=[{"Name": "tag:Name", "Values": [unique]}])["Reservations"]
                for i in r["Instances"]
            ]
        )
        if ids:
            ec2.terminate_instances(InstanceIds=ids)
            ec2.get_waiter("instance_terminated").wait(InstanceIds=ids)
