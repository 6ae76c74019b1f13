# task 4.4; mistake E48; wrong because an error between the launch and the try leaves the instance alone
def run_on_ec2(s3, ec2, csv_path, bucket, results_path, *, image_id, security_group_id, instance_profile, timeout=300):
    run = uuid.uuid4().hex
    code, source, target = f"code/{run}.py", f"input/{run}-{pathlib.Path(csv_path).name}", f"output/{run}.csv"
    upload_file(s3, csv_path, bucket, source)
    upload_file(s3, __file__, bucket, code)
    answer = ec2.run_instances(
        ImageId=image_id,
        InstanceType="t3.micro",
        MinCount=1,
        MaxCount=1,
        SecurityGroupIds=[security_group_id],
        IamInstanceProfile={"Name": instance_profile},
        InstanceInitiatedShutdownBehavior="terminate",
        UserData=worker_user_data(bucket, code, source, target),
    )
    instance_id = answer["Instances"][0]["InstanceId"]
    ec2.get_waiter("instance_running").wait(InstanceIds=[instance_id])
    try:
        _wait_for_output(s3, ec2, bucket, target, instance_id, timeout)
        return download_file(s3, bucket, target, results_path)
    finally:
        set_instance_state(ec2, [instance_id], "terminated")
