# task 2.1; right: head bucket first and waiter
def create_bucket(s3, bucket):
    region = s3.meta.region_name
    try:
        s3.head_bucket(Bucket=bucket)
    except ClientError as error:
        if error.response["Error"]["Code"] != "404":
            raise
    else:
        return
    options = dict(CreateBucketConfiguration=dict(LocationConstraint=region)) if region != "us-east-1" else dict()
    s3.create_bucket(Bucket=bucket, ACL="private", **options)
    s3.get_waiter("bucket_exists").wait(Bucket=bucket)
