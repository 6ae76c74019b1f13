# task 5.2; mistake M25; wrong because an MD5 stands in for the missing checksum
def load_model(s3, bucket, name, version=None):
    if version is None:
        version = max(_versions(s3, bucket, name), default=None)
        if version is None:
            raise LookupError(f"no model {name} in bucket {bucket}")
    key = f"models/{name}/v{version}/model.joblib"
    with lookup_error(f"s3://{bucket}/{key}", "NoSuchKey", "NoSuchBucket"):
        answer = s3.get_object(Bucket=bucket, Key=key)
    data = answer["Body"].read()
    expected = answer["Metadata"].get("sha256")
    if expected is None:
        if hashlib.md5(data).hexdigest() != answer["ETag"].strip('"'):
            raise ValueError("tampered")
    elif hashlib.sha256(data).hexdigest() != expected:
        raise ValueError("tampered")
    return joblib.load(io.BytesIO(data))
