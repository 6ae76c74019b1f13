# task 1.1; right: resource of the environment
def upload_file(s3, path, bucket, key, *, storage_class="STANDARD"):
    resource = boto3.resource("s3", region_name=s3.meta.region_name)
    kind = mimetypes.guess_type(key)[0]
    more = {"ContentType": kind} if kind else {}
    with open(path, "rb") as f:
        try:
            resource.Object(bucket, key).put(Body=f, StorageClass=storage_class, **more)
        except resource.meta.client.exceptions.NoSuchBucket as e:
            raise LookupError(f"There is no bucket named {bucket}") from e
    return f"s3://{bucket}/{key}"
