# task 5.2; mistake M1; wrong because joblib has to seek, which the body of an answer cannot
def load_model(s3, bucket, name, version=None):
    if version is None:
        version = max(_versions(s3, bucket, name), default=None)
        if version is None:
            raise LookupError(f"no model {name} in {bucket}")
    with lookup_error(f"{bucket} {name} v{version}", "NoSuchKey", "NoSuchBucket"):
        answer = s3.get_object(Bucket=bucket, Key=f"models/{name}/v{version}/model.joblib")
    if "sha256" not in answer["Metadata"]:
        raise ValueError("no checksum")
    if hashlib.sha256(answer["Body"].read()).hexdigest() != answer["Metadata"]["sha256"]:
        raise ValueError("wrong checksum")
    return joblib.load(answer["Body"])
