# task 5.1; style: relist
def save_model(s3, model, bucket: str, name: str) -> int:
    import hashlib
    import io
    import re

    import joblib
    from botocore.exceptions import ClientError

    buffer = io.BytesIO()
    joblib.dump(model, buffer)
    body = buffer.getvalue()
    digest = hashlib.sha256(body).hexdigest()
    prefix = f"models/{name}/v"
    while True:
        versions = [0]
        try:
            for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
                for item in page.get("Contents", []):
                    match = re.fullmatch(r"([0-9]+)/model\.joblib", item["Key"][len(prefix) :])
                    if match:
                        versions.append(int(match[1]))
        except s3.exceptions.NoSuchBucket as error:
            raise LookupError(bucket) from error
        version = max(versions) + 1
        key = f"{prefix}{version}/model.joblib"
        try:
            s3.put_object(Bucket=bucket, Key=key, Body=body, Metadata={"sha256": digest}, IfNoneMatch="*")
        except ClientError as error:
            if error.response["Error"]["Code"] in ("PreconditionFailed", "ConditionalRequestConflict"):
                continue
            raise
        return version
