# task 2.1; mistake B1; wrong because us-east-1 must not be named
def create_bucket(s3, bucket):
    try:
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": s3.meta.region_name})
    except s3.exceptions.BucketAlreadyOwnedByYou:
        pass
