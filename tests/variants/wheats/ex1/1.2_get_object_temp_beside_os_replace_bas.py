# task 1.2; style: get_object, temp beside, os.replace, BaseException cleanup
import shutil
import tempfile


def download_file(s3, bucket: str, key: str, path: str | os.PathLike) -> pathlib.Path:
    path = pathlib.Path(os.fspath(path))
    try:
        body = s3.get_object(Bucket=bucket, Key=key)["Body"]
    except (s3.exceptions.NoSuchKey, s3.exceptions.NoSuchBucket) as error:
        raise LookupError(f"{bucket}/{key}") from error
    os.makedirs(path.parent, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as out:
            shutil.copyfileobj(body, out)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
    return path
