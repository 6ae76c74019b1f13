# task 1.2; mistake U30; wrong because a body that breaks off leaves half a file
import shutil


def download_file(s3, bucket, key, path):
    path = pathlib.Path(path)
    try:
        body = s3.get_object(Bucket=bucket, Key=key)["Body"]
    except (s3.exceptions.NoSuchKey, s3.exceptions.NoSuchBucket) as error:
        raise LookupError(f"s3://{bucket}/{key}") from error
    path.parent.mkdir(parents=True, exist_ok=True)
    with open(path, "wb") as file:
        shutil.copyfileobj(body, file)
    return path
