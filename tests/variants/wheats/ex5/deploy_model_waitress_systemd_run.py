# task 5.4; style: an application module of its own under waitress, started by systemd-run, fetched with boto3
def deploy_model(
    s3, ec2, bucket, name, version, *, image_id, security_group_id, instance_profile, port=5000, timeout=300
):
    key = f"code/{uuid.uuid4()}/exercise.py"
    upload_file(s3, __file__, bucket, key)
    script = f"""#!/bin/bash
set -e
mkdir -p /opt/model
cd /opt/model
python3 -m pip install boto3 pandas joblib scikit-learn flask waitress
python3 -c "import boto3, sys; boto3.client('s3').download_file(*sys.argv[1:])" {bucket} {key} exercise.py
cat > wsgi.py <<'PY'
import boto3
import exercise
application = exercise.create_app(exercise.load_model(boto3.client("s3"), {bucket!r}, {name!r}, {int(version)}))
PY
systemd-run --working-directory=/opt/model python3 -m waitress --listen=0.0.0.0:{port} wsgi:application
"""
    options = {"image_id": image_id, "security_group_id": security_group_id, "instance_profile": instance_profile}
    name_of_this = f"{name}-{version}-{uuid.uuid4()}"
    try:
        instance_id = launch_instance(ec2, name_of_this, user_data=script, **options)
        return _wait_until_healthy(ec2, instance_id, port, timeout)
    except BaseException:
        pages = ec2.get_paginator("describe_instances").paginate(
            Filters=[{"Name": "tag:Name", "Values": [name_of_this]}]
        )
        ids = [one["InstanceId"] for page in pages for launch in page["Reservations"] for one in launch["Instances"]]
        set_instance_state(ec2, ids, "terminated")
        raise
