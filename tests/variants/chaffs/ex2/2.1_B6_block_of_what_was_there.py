# task 2.1; mistake B6; wrong because it changes the public access block of a bucket that was there
def create_bucket(s3, bucket):
    arguments = {"Bucket": bucket}
    if s3.meta.region_name != "us-east-1":
        arguments["CreateBucketConfiguration"] = {"LocationConstraint": s3.meta.region_name}
    try:
        s3.create_bucket(**arguments)
    except s3.exceptions.BucketAlreadyOwnedByYou:
        s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration={"BlockPublicAcls": True})
