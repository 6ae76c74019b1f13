# task 2.1; mistake B7; wrong because after any error it asks again without a region, and AWS's reason is lost
def create_bucket(s3, bucket):
    try:
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": s3.meta.region_name})
    except s3.exceptions.BucketAlreadyOwnedByYou:
        pass
    except ClientError:
        s3.create_bucket(Bucket=bucket)
