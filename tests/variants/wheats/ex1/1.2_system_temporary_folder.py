# task 1.2; right: system temporary folder
import shutil
import tempfile


def download_file(s3, bucket, key, path):
    with tempfile.TemporaryDirectory() as folder:
        part = os.path.join(folder, "part")
        try:
            s3.download_file(bucket, key, part)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code == "404" or code.startswith("NoSuch"):
                raise LookupError(f"not there: {bucket} {key}") from None
            raise
        if os.path.dirname(path):
            os.makedirs(os.path.dirname(path), exist_ok=True)
        shutil.move(part, os.fspath(path))
    return pathlib.Path(path)
