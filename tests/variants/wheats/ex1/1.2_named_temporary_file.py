# task 1.2; right: tempfile beside the target, copyfileobj, os.replace, clean-up in an ExitStack
import contextlib
import shutil
import tempfile


def download_file(s3, bucket, key, path):
    target = pathlib.Path(os.fspath(path))
    try:
        body = s3.get_object(Bucket=bucket, Key=key)["Body"]
    except (s3.exceptions.NoSuchKey, s3.exceptions.NoSuchBucket) as error:
        raise KeyError(f"s3://{bucket}/{key}") from error
    os.makedirs(target.parent, exist_ok=True)
    with contextlib.ExitStack() as stack:
        handle, name = tempfile.mkstemp(dir=target.parent)
        stack.callback(lambda: os.path.exists(name) and os.unlink(name))
        with os.fdopen(handle, "wb") as file:
            shutil.copyfileobj(body, file)
        os.replace(name, target)
    return target
