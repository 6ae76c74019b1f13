# task 1.1; mistake U28; wrong because an object that is there already is kept
def upload_file(s3, path, bucket, key, *, storage_class="STANDARD"):
    kind = mimetypes.guess_type(key)[0] or "application/octet-stream"
    with open(path, "rb") as file:
        try:
            s3.put_object(
                Bucket=bucket, Key=key, Body=file, StorageClass=storage_class, ContentType=kind, IfNoneMatch="*"
            )
        except s3.exceptions.NoSuchBucket:
            raise LookupError(bucket)
        except ClientError as error:
            if error.response["Error"]["Code"] != "PreconditionFailed":
                raise
    return f"s3://{bucket}/{key}"
