# task 5.2; mistake M29, R7, R9; wrong because a version that is not there gives the newest
def load_model(s3, bucket, name, version=None):
    if version is None:
        version = max(_versions(s3, bucket, name), default=None)
        if version is None:
            raise LookupError(f"no model {name} in bucket {bucket}")
    key = f"models/{name}/v{version}/model.joblib"
    try:
        answer = s3.get_object(Bucket=bucket, Key=key)
    except s3.exceptions.NoSuchKey:
        version = max(_versions(s3, bucket, name), default=None)
        if version is None:
            raise LookupError(name) from None
        answer = s3.get_object(Bucket=bucket, Key=f"models/{name}/v{version}/model.joblib")
    except s3.exceptions.NoSuchBucket:
        raise LookupError(bucket) from None
    data = answer["Body"].read()
    if hashlib.sha256(data).hexdigest() != answer["Metadata"].get("sha256"):
        raise ValueError(f"s3://{bucket}/{key} does not match its sha256")
    return joblib.load(io.BytesIO(data))
