# task 5.2; style: head then download
def load_model(s3, bucket: str, name: str, version: int | None = None):
    import contextlib
    import hashlib
    import io
    import re

    import joblib
    from botocore.exceptions import ClientError

    @contextlib.contextmanager
    def missing(what):
        try:
            yield
        except ClientError as error:
            if error.response["Error"]["Code"] in {"404", "NoSuchKey", "NoSuchBucket"}:
                raise LookupError(f"not found: {what} in bucket {bucket}") from error
            raise

    pattern = re.compile(re.escape(f"models/{name}/v") + "([1-9][0-9]*)" + re.escape("/model.joblib"))
    if version is None:
        with missing(f"model {name}"):
            keys = [
                item["Key"]
                for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=f"models/{name}/")
                for item in page.get("Contents", [])
            ]
        numbers = sorted(int(m.group(1)) for m in map(pattern.fullmatch, keys) if m)
        if not numbers:
            raise LookupError(f"not found: model {name} in bucket {bucket}")
        version = numbers[-1]
    key = f"models/{name}/v{version}/model.joblib"
    buffer = io.BytesIO()
    with missing(f"version {version} of model {name}"):
        head = s3.head_object(Bucket=bucket, Key=key)
        s3.download_fileobj(bucket, key, buffer)
    wanted = head["Metadata"].get("sha256", "")
    if hashlib.sha256(buffer.getbuffer()).hexdigest() != wanted:
        raise ValueError(f"{key}: checksum {wanted or 'is missing'}")
    buffer.seek(0)
    return joblib.load(buffer)
