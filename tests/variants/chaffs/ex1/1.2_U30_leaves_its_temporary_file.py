# task 1.2; mistake U30; wrong because a broken download leaves a .part file beside the target
def download_file(s3, bucket, key, path):
    path = pathlib.Path(path)
    try:
        body = s3.get_object(Bucket=bucket, Key=key)["Body"]
    except (s3.exceptions.NoSuchKey, s3.exceptions.NoSuchBucket) as error:
        raise LookupError(f"s3://{bucket}/{key}") from error
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    with open(part, "wb") as file:
        for chunk in body.iter_chunks():
            file.write(chunk)
    part.replace(path)
    return path
