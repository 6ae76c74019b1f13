# task 1.2; mistake U7; wrong because the key is unquoted, as in an event of Lambda
from urllib.parse import unquote_plus


def download_file(s3, bucket, key, path):
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with lookup_error(f"{bucket}/{key}", "404", "NoSuchKey", "NoSuchBucket"):
        s3.download_file(bucket, unquote_plus(key), str(path))
    return path
