# task 2.1; style: list_buckets first
def _mine(s3):
    return {entry["Name"] for entry in s3.list_buckets()["Buckets"]}


def create_bucket(s3, bucket: str) -> None:
    if bucket in _mine(s3):
        return None
    region = s3.meta.region_name
    where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    try:
        s3.create_bucket(Bucket=bucket, **where)
    except ClientError as error:
        if error.response["Error"]["Code"] == "BucketAlreadyOwnedByYou":
            return None
        raise
