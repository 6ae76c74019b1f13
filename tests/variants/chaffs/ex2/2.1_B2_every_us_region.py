# task 2.1; mistake B2; wrong because every region of the United States is taken for us-east-1
def create_bucket(s3, bucket):
    region = s3.meta.region_name
    where = {} if region.startswith("us-") else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    try:
        s3.create_bucket(Bucket=bucket, **where)
    except s3.exceptions.BucketAlreadyOwnedByYou:
        pass
