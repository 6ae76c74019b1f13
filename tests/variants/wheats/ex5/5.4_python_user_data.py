# task 5.4; right: user data in Python: pip by sys.executable, boto3, execvp
def deploy_model(
    s3, ec2, bucket, name, version, *, image_id, security_group_id, instance_profile, port=5000, timeout=300
):
    code_key = f"code/{uuid.uuid4().hex}/exercise.py"
    upload_file(s3, __file__, bucket, code_key)
    code, words = shlex.quote(f"s3://{bucket}/{code_key}"), shlex.join([bucket, name, str(version), str(port)])
    user_data = f"""#!/usr/bin/env python3
import os, subprocess, sys, tempfile
subprocess.run(["dnf", "install", "-y", "python3-pip"])
subprocess.run([sys.executable, "-m", "pip", "install", "boto3", "pandas", "joblib", "scikit-learn", "flask", "waitress"], check=True)
import boto3
os.chdir(tempfile.mkdtemp())
boto3.client("s3").download_file({bucket!r}, {code_key!r}, "exercise.py")
os.execvp("python3", ["python3", "exercise.py", "serve", {bucket!r}, {name!r}, {str(version)!r}, {str(port)!r}])
"""
    label, instance_id = f"model-{uuid.uuid4().hex}", None
    try:
        instance_id = launch_instance(
            ec2,
            label,
            image_id=image_id,
            security_group_id=security_group_id,
            user_data=user_data,
            instance_profile=instance_profile,
        )
        return _wait_until_healthy(ec2, instance_id, port, timeout)
    except BaseException:
        _terminate(ec2, instance_id, label)
        raise
