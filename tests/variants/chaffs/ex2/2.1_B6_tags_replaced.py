# task 2.1; mistake B6; wrong because tags the bucket, and so takes the tags that it had
def create_bucket(s3, bucket):
    region = s3.meta.region_name
    where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    try:
        s3.create_bucket(Bucket=bucket, **where)
    except s3.exceptions.BucketAlreadyOwnedByYou:
        pass
    s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": [{"Key": "created-by", "Value": "day89"}]})
