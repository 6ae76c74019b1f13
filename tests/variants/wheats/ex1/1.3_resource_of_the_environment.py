# task 1.3; right: resource of the environment
def list_keys(s3, bucket, prefix=""):
    things = boto3.resource("s3", region_name=s3.meta.region_name).Bucket(bucket)
    try:
        return [thing.key for thing in things.objects.filter(Prefix=prefix)]
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchBucket":
            raise LookupError(f"{bucket} is no bucket") from error
        raise
