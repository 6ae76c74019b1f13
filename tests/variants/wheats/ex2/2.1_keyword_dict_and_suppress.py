# task 2.1; right: contextlib.suppress of the one class, config only where needed
from contextlib import suppress


def create_bucket(s3, bucket):
    request = dict(Bucket=bucket)
    if s3.meta.region_name not in (None, "us-east-1"):
        request.update(CreateBucketConfiguration=dict(LocationConstraint=s3.meta.region_name))
    with suppress(s3.exceptions.BucketAlreadyOwnedByYou):
        s3.create_bucket(**request)
