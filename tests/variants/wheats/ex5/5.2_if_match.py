# task 5.2; right: head, then get with If-Match; no version is version -1
def load_model(s3, bucket, name, version=None):
    version = version if version is not None else max(_versions(s3, bucket, name), default=-1)
    key = f"models/{name}/v{version}/model.joblib"
    with lookup_error(f"s3://{bucket}/{key}", "404", "NoSuchKey", "NoSuchBucket"):
        head = s3.head_object(Bucket=bucket, Key=key, ChecksumMode="ENABLED")
        body = s3.get_object(Bucket=bucket, Key=key, IfMatch=head["ETag"])["Body"].read()
    wanted = head["Metadata"].get("sha256")
    if wanted is None or hashlib.sha256(body).hexdigest() != wanted.strip().lower():
        raise ValueError("not the bytes that were saved")
    return joblib.load(io.BytesIO(body))
