# task 5.4; mistake M18; wrong because app.run is for development
def deploy_model(
    s3, ec2, bucket, name, version, *, image_id, security_group_id, instance_profile, port=5000, timeout=300
):
    code_key = f"code/{uuid.uuid4().hex}.py"
    upload_file(s3, __file__, bucket, code_key)
    words = shlex.join([bucket, name, str(version), str(port)])
    script = f"""#!/bin/bash
cd "$(mktemp -d)"
aws s3 cp s3://{bucket}/{code_key} exercise.py
cat > app.py <<'END'
import sys, boto3, exercise
bucket, name, version, port = sys.argv[1:]
model = exercise.load_model(boto3.client("s3"), bucket, name, int(version))
exercise.create_app(model).run(host="0.0.0.0", port=int(port))
END
exec python3 app.py {words}
"""
    options = {"image_id": image_id, "security_group_id": security_group_id, "instance_profile": instance_profile}
    instance_id = launch_instance(ec2, name, user_data=script, **options)
    try:
        return _wait_until_healthy(ec2, instance_id, port, timeout)
    except BaseException:
        set_instance_state(ec2, [instance_id], "terminated")
        raise
