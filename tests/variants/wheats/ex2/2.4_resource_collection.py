# task 2.4; right: resource collection
def delete_bucket(s3, bucket):
    things = boto3.resource("s3", region_name=s3.meta.region_name).Bucket(bucket)
    try:
        answers = things.object_versions.delete()
        things.delete()
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchBucket":
            raise LookupError(bucket) from error
        raise
    return sum(len(answer.get("Deleted", [])) for answer in answers)
