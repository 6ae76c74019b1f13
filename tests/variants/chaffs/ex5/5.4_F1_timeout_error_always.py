# task 5.4; mistake F1; earns 0; wrong because it raises TimeoutError whatever is asked
def deploy_model(s3, ec2, bucket, name, version, **options):
    raise TimeoutError("not healthy")
