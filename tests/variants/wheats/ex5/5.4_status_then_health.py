# task 5.4; right: an exit stack emptied on success; status checks first, then health
import contextlib


def deploy_model(
    s3, ec2, bucket, name, version, *, image_id, security_group_id, instance_profile, port=5000, timeout=300
):
    deadline = time.monotonic() + timeout
    run = uuid.uuid4().hex
    upload_file(s3, os.path.realpath(__file__), bucket, f"code/{run}/exercise.py")
    script = "\n".join(
        [
            "#!/bin/bash",
            "set -x",
            "cd /tmp",
            f"aws s3 cp {shlex.quote(f's3://{bucket}/code/{run}/exercise.py')} .",
            f"systemd-run --unit=model --working-directory=/tmp python3 exercise.py serve {shlex.join([bucket, name, f'{version}', f'{port}'])}",
        ]
    )
    with contextlib.ExitStack() as undo:
        undo.callback(_terminate, ec2, None, run)
        one = launch_instance(
            ec2,
            run,
            image_id=image_id,
            security_group_id=security_group_id,
            user_data=script,
            instance_profile=instance_profile,
        )
        try:
            ec2.get_waiter("instance_status_ok").wait(
                InstanceIds=[one], WaiterConfig={"Delay": 1, "MaxAttempts": max(1, int(timeout))}
            )
        except Exception as error:
            raise TimeoutError(f"{one} is not well") from error
        url = _wait_until_healthy(ec2, one, port, max(0, deadline - time.monotonic()))
        undo.pop_all()
        return url
