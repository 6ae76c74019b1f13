# task 2.1; style: suppress and two calls
import contextlib


def create_bucket(s3, bucket: str) -> None:
    with contextlib.suppress(s3.exceptions.BucketAlreadyOwnedByYou):
        match s3.meta.region_name:
            case "us-east-1":
                s3.create_bucket(Bucket=bucket)
            case region:
                s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=dict(LocationConstraint=region))
