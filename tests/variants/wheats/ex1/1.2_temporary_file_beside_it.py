# task 1.2; right: temporary file beside it
import tempfile


def download_file(s3, bucket, key, path):
    target = pathlib.Path(os.fspath(path))
    os.makedirs(target.parent, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            s3.download_fileobj(bucket, key, file)
        os.replace(temporary, target)
    except ClientError as e:
        os.unlink(temporary)
        if e.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
            raise KeyError(f"{bucket}/{key}") from e
        raise
    except BaseException:
        os.unlink(temporary)
        raise
    return target
