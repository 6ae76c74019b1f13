# task 2.1; mistake U12; wrong because every error is printed and forgotten
def create_bucket(s3, bucket):
    region = s3.meta.region_name
    where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    try:
        s3.create_bucket(Bucket=bucket, **where)
        print(f"created {bucket}")
    except ClientError as error:
        print(error)
