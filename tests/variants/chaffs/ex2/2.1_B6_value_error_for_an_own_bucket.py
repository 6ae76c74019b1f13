# task 2.1; mistake B6; wrong because an own bucket is fine, it is no error of the caller's
def create_bucket(s3, bucket):
    region = s3.meta.region_name
    where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    try:
        s3.create_bucket(Bucket=bucket, **where)
    except s3.exceptions.BucketAlreadyOwnedByYou:
        raise ValueError(f"{bucket} exists already")
