# task 5.2; mistake M25; wrong because it compares the first eight letters
def load_model(s3, bucket, name, version=None):
    if version is None:
        version = max(_versions(s3, bucket, name), default=None)
        if version is None:
            raise LookupError(f"no model {name} in bucket {bucket}")
    key = f"models/{name}/v{version}/model.joblib"
    with lookup_error(f"s3://{bucket}/{key}", "NoSuchKey", "NoSuchBucket"):
        answer = s3.get_object(Bucket=bucket, Key=key)
    data = answer["Body"].read()
    if hashlib.sha256(data).hexdigest()[:8] != answer["Metadata"].get("sha256", "")[:8]:
        raise ValueError(f"s3://{bucket}/{key} does not match its sha256")
    return joblib.load(io.BytesIO(data))
