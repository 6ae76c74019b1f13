# task 1.4; right: resource collection
def delete_prefix(s3, bucket, prefix):
    if len(prefix) == 0:
        raise ValueError("prefix must not be empty")
    things = boto3.resource("s3", region_name=s3.meta.region_name).Bucket(bucket)
    try:
        answers = things.objects.filter(Prefix=prefix).delete()
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchBucket":
            raise LookupError(bucket) from error
        raise
    refused = [e["Key"] for answer in answers for e in answer.get("Errors", [])]
    if refused:
        raise RuntimeError(f"S3 kept {refused}")
    return sum(len(answer.get("Deleted", [])) for answer in answers)
