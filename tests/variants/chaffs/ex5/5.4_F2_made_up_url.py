# task 5.4; mistake F2; wrong because it launches nothing and returns a URL
def deploy_model(
    s3, ec2, bucket, name, version, *, image_id, security_group_id, instance_profile, port=5000, timeout=300
):
    print("deployed", name, version)
    return f"http://127.0.0.1:{port}"
