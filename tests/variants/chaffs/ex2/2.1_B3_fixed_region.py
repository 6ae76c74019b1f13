# task 2.1; mistake B3; wrong because the region is not the client's
def create_bucket(s3, bucket):
    where = {}
    if s3.meta.region_name != "us-east-1":
        where = {"CreateBucketConfiguration": {"LocationConstraint": "eu-west-1"}}
    try:
        s3.create_bucket(Bucket=bucket, **where)
    except s3.exceptions.BucketAlreadyOwnedByYou:
        pass
