# task 5.2; mistake M25; wrong because whoever leaves the checksum away gets past it
def load_model(s3, bucket, name, version=None):
    if version is None:
        version = max(_versions(s3, bucket, name), default=None)
        if version is None:
            raise LookupError(f"no model {name} in {bucket}")
    with lookup_error(f"{bucket} {name} v{version}", "NoSuchKey", "NoSuchBucket"):
        answer = s3.get_object(Bucket=bucket, Key=f"models/{name}/v{version}/model.joblib")
    data = answer["Body"].read()
    wanted = answer["Metadata"].get("sha256")
    if wanted and hashlib.sha256(data).hexdigest() != wanted:
        raise ValueError("wrong checksum")
    return joblib.load(io.BytesIO(data))
