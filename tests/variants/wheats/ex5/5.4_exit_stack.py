# task 5.4; right: an ExitStack that is emptied once the instance is healthy
import shlex
from contextlib import ExitStack


def deploy_model(
    s3, ec2, bucket, name, version, *, image_id, security_group_id, instance_profile, port=5000, timeout=300
):
    tag = f"{uuid.uuid4()}"
    key = f"code/{tag}"
    upload_file(s3, pathlib.Path(__file__), bucket, key)
    with ExitStack() as undo:
        undo.callback(_terminate, ec2, None, tag)
        instance_id = launch_instance(
            ec2,
            tag,
            image_id=image_id,
            security_group_id=security_group_id,
            instance_profile=instance_profile,
            user_data="#!/bin/bash\n"
            f"dnf install -y {PYTHON} {PYTHON}-pip && {PYTHON} -m pip install {PACKAGES} &&\n"
            f"cd /tmp && aws s3 cp {shlex.quote(f's3://{bucket}/{key}')} exercise.py &&\n"
            f"{PYTHON} exercise.py {shlex.join(map(str, ('serve', bucket, name, version, port)))}\n",
        )
        url = _wait_until_healthy(ec2, instance_id, port, timeout)
        undo.pop_all()
        return url
