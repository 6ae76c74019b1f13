# task 1.2; right: resource and chunks
def download_file(s3, bucket, key, path):
    thing = boto3.resource("s3", region_name=s3.meta.region_name).Object(bucket, key)
    try:
        body = thing.get()["Body"]
    except ClientError as error:
        if error.response["Error"]["Code"] in {"NoSuchKey", "NoSuchBucket"}:
            raise LookupError(f"no object {key!r} in bucket {bucket!r}: {key} {bucket}") from error
        raise
    chunks = [chunk for chunk in body.iter_chunks(64)]
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.writelines(chunks)
    return path
