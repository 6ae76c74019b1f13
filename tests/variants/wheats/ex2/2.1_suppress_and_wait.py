# task 2.1; right: contextlib.suppress with the client's class, then a waiter
from contextlib import suppress


def create_bucket(s3, bucket):
    region = s3.meta.region_name
    with suppress(s3.exceptions.BucketAlreadyOwnedByYou):
        if region == "us-east-1":
            s3.create_bucket(Bucket=bucket)
        else:
            s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=dict(LocationConstraint=region))
    s3.get_waiter("bucket_exists").wait(Bucket=bucket)
