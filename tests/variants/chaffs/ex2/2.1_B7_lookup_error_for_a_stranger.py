# task 2.1; mistake B7; wrong because the AWS error does not reach the caller as it is
def create_bucket(s3, bucket):
    region = s3.meta.region_name
    where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    try:
        s3.create_bucket(Bucket=bucket, **where)
    except s3.exceptions.BucketAlreadyOwnedByYou:
        pass
    except ClientError as error:
        if error.response["Error"]["Code"] != "BucketAlreadyExists":
            raise
        raise LookupError(f"{bucket} belongs to somebody else") from error
