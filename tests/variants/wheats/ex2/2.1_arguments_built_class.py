# task 2.1; style: arguments built, class
def create_bucket(s3, bucket: str) -> None:
    arguments = {"Bucket": bucket}
    if s3.meta.region_name != "us-east-1":
        arguments["CreateBucketConfiguration"] = {"LocationConstraint": s3.meta.region_name}
    try:
        s3.create_bucket(**arguments)
    except s3.exceptions.BucketAlreadyOwnedByYou:
        pass
