# task 5.2; mistake R1; wrong because a bucket may be missing too
def load_model(s3, bucket, name, version=None):
    if version is None:
        version = max(_versions(s3, bucket, name), default=None)
        if version is None:
            raise LookupError(f"no model {name} in {bucket}")
    with lookup_error(f"{bucket} {name} v{version}", "NoSuchKey"):
        answer = s3.get_object(Bucket=bucket, Key=f"models/{name}/v{version}/model.joblib")
    data = answer["Body"].read()
    if hashlib.sha256(data).hexdigest() != answer["Metadata"].get("sha256"):
        raise ValueError("wrong checksum")
    return joblib.load(io.BytesIO(data))
