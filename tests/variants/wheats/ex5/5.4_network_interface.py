# task 5.4; right: its own launch with a network interface, found by its client token
import http.client
import textwrap


def deploy_model(
    s3, ec2, bucket, name, version, *, image_id, security_group_id, instance_profile, port=5000, timeout=300
):
    started = time.monotonic()
    token = uuid.uuid4().hex
    key = f"code/deploy-{token}.py"
    with open(__file__, "rb") as me, lookup_error(bucket, "NoSuchBucket"):
        s3.put_object(Bucket=bucket, Key=key, Body=me)
    quoted = shlex.quote
    script = textwrap.dedent(f"""\
        #!/bin/bash
        aws s3 cp {quoted(f"s3://{bucket}/{key}")} /tmp/exercise.py
        python3 /tmp/exercise.py serve {quoted(bucket)} {quoted(name)} {version} {port}
        """)
    try:
        ec2.run_instances(
            ImageId=image_id,
            InstanceType="t3.micro",
            MinCount=1,
            MaxCount=1,
            UserData=script,
            ClientToken=token,
            IamInstanceProfile={"Name": instance_profile},
            MetadataOptions={"HttpTokens": "required"},
            NetworkInterfaces=[{"DeviceIndex": 0, "AssociatePublicIpAddress": True, "Groups": [security_group_id]}],
        )
        host = None
        while time.monotonic() - started < timeout:
            (found,) = _by_token(ec2, token)
            host = found.get("PublicIpAddress") or (
                found["PrivateIpAddress"] if found["State"]["Name"] == "running" else None
            )
            if found["State"]["Name"] not in ("pending", "running"):
                break
            if host:
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
        raise TimeoutError(f"{bucket}/{name} v{version} on {host}: not healthy after {timeout} s")
    except:
        if ids := [i["InstanceId"] for i in _by_token(ec2, token)]:
            ec2.terminate_instances(InstanceIds=ids)
            ec2.get_waiter("instance_terminated").wait(InstanceIds=ids, WaiterConfig={"Delay": 1, "MaxAttempts": 100})
        raise


def _by_token(ec2, token):
    found = ec2.describe_instances(Filters=[{"Name": "client-token", "Values": [token]}])
    return [i for r in found["Reservations"] for i in r["Instances"]]
