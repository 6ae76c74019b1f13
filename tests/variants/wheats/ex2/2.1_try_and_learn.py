# task 2.1; right: tries without a region first, and learns from the refusal
from botocore.exceptions import ClientError


def create_bucket(s3, bucket):
    def attempt(**more):
        try:
            s3.create_bucket(Bucket=bucket, **more)
        except ClientError as e:
            return e
        return None

    error = attempt()
    if error and error.response["Error"]["Code"] == "IllegalLocationConstraintException":
        error = attempt(CreateBucketConfiguration={"LocationConstraint": s3.meta.region_name})
    if error and error.response["Error"]["Code"] != "BucketAlreadyOwnedByYou":
        raise error
