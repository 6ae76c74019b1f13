# task 2.1; right: resource with the region
def create_bucket(s3, bucket):
    region = s3.meta.region_name
    thing = boto3.resource("s3", region_name=region).Bucket(bucket)
    try:
        if region == "us-east-1":
            thing.create()
        else:
            thing.create(CreateBucketConfiguration={"LocationConstraint": region})
    except ClientError as e:
        code = e.response["Error"]["Code"]
        if code == "BucketAlreadyOwnedByYou":
            return
        raise
