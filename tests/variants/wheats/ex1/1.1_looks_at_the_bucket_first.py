# task 1.1; right: looks at the bucket first
def bucket_is_there(s3, name):
    try:
        s3.head_bucket(Bucket=name)
        return True
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
            return False
        raise


def upload_file(s3, path, bucket, key, *, storage_class="STANDARD"):
    if not os.path.isfile(path):
        raise FileNotFoundError(path)
    if not bucket_is_there(s3, bucket):
        raise LookupError("no such bucket: " + bucket)
    content_type = mimetypes.guess_type(key, strict=False)[0] or "application/octet-stream"
    s3.upload_file(
        Filename=str(path),
        Bucket=bucket,
        Key=key,
        ExtraArgs={"ContentType": content_type, "StorageClass": storage_class},
    )
    return f"s3://{bucket}/{key}"
