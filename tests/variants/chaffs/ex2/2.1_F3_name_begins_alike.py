# task 2.1; mistake F3; wrong because it takes a bucket whose name begins alike for the one
def create_bucket(s3, bucket):
    if any(b["Name"].startswith(bucket) for b in s3.list_buckets()["Buckets"]):
        return
    where = (
        {}
        if s3.meta.region_name == "us-east-1"
        else {"CreateBucketConfiguration": {"LocationConstraint": s3.meta.region_name}}
    )
    s3.create_bucket(Bucket=bucket, **where)
