# task 5.2; style: get
def load_model(s3, bucket: str, name: str, version: int | None = None):
    import hashlib
    import io
    import re

    import joblib
    from botocore.exceptions import ClientError

    prefix = f"models/{name}/v"
    try:
        if version is None:
            versions = []
            for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
                for item in page.get("Contents", []):
                    match = re.fullmatch(r"([0-9]+)/model\.joblib", item["Key"][len(prefix) :])
                    if match:
                        versions.append(int(match[1]))
            if not versions:
                raise LookupError(f"no model {name} in bucket {bucket}")
            version = max(versions)
        answer = s3.get_object(Bucket=bucket, Key=f"{prefix}{version}/model.joblib")
    except ClientError as error:
        if error.response["Error"]["Code"] in ("NoSuchKey", "NoSuchBucket"):
            raise LookupError(f"no model {name} version {version} in bucket {bucket}") from error
        raise
    body = answer["Body"].read()
    expected = answer["Metadata"].get("sha256")
    if expected is None or hashlib.sha256(body).hexdigest() != expected.lower():
        raise ValueError(f"model {name} v{version}: the bytes do not match the checksum")
    return joblib.load(io.BytesIO(body))
