# task 5.4; style: its own launch, nohup in the background, http.client, polls with a count
import http.client


def deploy_model(
    s3, ec2, bucket, name, version, *, image_id, security_group_id, instance_profile, port=5000, timeout=300
):
    code_key = f"code/{name}-{version}-{time.time_ns()}.py"
    with open(__file__, "rb") as file:
        try:
            s3.put_object(Bucket=bucket, Key=code_key, Body=file.read())
        except s3.exceptions.NoSuchBucket as error:
            raise LookupError(f"no bucket {bucket}") from error
    q = shlex.quote
    script = "\n".join(
        [
            "#!/bin/bash",
            "yum -y install python3-pip",
            "pip3 install boto3 pandas joblib scikit-learn flask waitress",
            f"aws s3 cp {q(f's3://{bucket}/{code_key}')} /home/ec2-user/exercise.py",
            "cd /home/ec2-user",
            f"nohup python3 exercise.py serve {q(bucket)} {q(name)} {version} {port} > server.log 2>&1 &",
        ]
    )
    instance_id = None
    try:
        instance_id = ec2.run_instances(
            ImageId=image_id,
            InstanceType="t3.micro",
            MinCount=1,
            MaxCount=1,
            SecurityGroupIds=[security_group_id],
            IamInstanceProfile={"Name": instance_profile},
            UserData=script,
        )["Instances"][0]["InstanceId"]
        ec2.get_waiter("instance_running").wait(InstanceIds=[instance_id])
        found = ec2.describe_instances(InstanceIds=[instance_id])["Reservations"][0]["Instances"][0]
        host = found.get("PublicIpAddress", found.get("PrivateIpAddress"))
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            connection = http.client.HTTPConnection(host, port, timeout=1)
            try:
                connection.request("GET", "/health")
                if connection.getresponse().status == 200:
                    return f"http://{host}:{port}"
            except (OSError, http.client.HTTPException):
                pass
            finally:
                connection.close()
            time.sleep(0.25)
        raise TimeoutError(f"{host}:{port} was not healthy after {timeout} s")
    except BaseException:
        if instance_id is not None:
            ec2.terminate_instances(InstanceIds=[instance_id])
        raise
