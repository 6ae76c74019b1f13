# task 2.1; right: list of buckets first
def create_bucket(s3, bucket):
    mine = {item["Name"] for page in s3.get_paginator("list_buckets").paginate() for item in page["Buckets"]}
    if bucket in mine:
        return
    if s3.meta.region_name == "us-east-1":
        s3.create_bucket(Bucket=bucket)
    else:
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": s3.meta.region_name})
