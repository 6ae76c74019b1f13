# task 2.1; mistake B3; wrong because it calls every European region EU
def create_bucket(s3, bucket: str) -> None:
    region = s3.meta.region_name
    arguments = {"Bucket": bucket}
    if region.startswith("eu-"):
        arguments["CreateBucketConfiguration"] = {"LocationConstraint": "EU"}
    elif region != "us-east-1":
        arguments["CreateBucketConfiguration"] = {"LocationConstraint": region}
    try:
        s3.create_bucket(**arguments)
    except s3.exceptions.BucketAlreadyOwnedByYou:
        pass
