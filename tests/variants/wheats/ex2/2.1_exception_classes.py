# task 2.1; right: exception classes
def create_bucket(s3, bucket):
    kwargs = {"Bucket": bucket}
    if s3.meta.region_name != "us-east-1":
        kwargs["CreateBucketConfiguration"] = {"LocationConstraint": s3.meta.region_name}
    try:
        s3.create_bucket(**kwargs)
    except s3.exceptions.BucketAlreadyOwnedByYou:
        pass
