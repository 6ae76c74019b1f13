# task 2.1; mistake B7; wrong because head_bucket's 403 is taken for "exists already"
def create_bucket(s3, bucket):
    region = s3.meta.region_name
    where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    try:
        s3.head_bucket(Bucket=bucket)
        return
    except ClientError as error:
        if error.response["Error"]["Code"] == "403":
            return
    s3.create_bucket(Bucket=bucket, **where)
