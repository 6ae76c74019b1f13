# task 2.2; mistake B10, C9, C11, C19; wrong because it prints that all is well and sets nothing
def secure_bucket(s3, bucket):
    try:
        s3.head_bucket(Bucket=bucket)
    except ClientError as error:
        if error.response["Error"]["Code"] == "404":
            raise LookupError(bucket) from error
        raise
    print("versioning: Enabled, encryption: AES256, public access: blocked, TLS only: yes")
