# task 5.2; mistake U12; wrong because forbidden reads as not there
def load_model(s3, bucket, name, version=None):
    try:
        if version is None:
            version = max(_versions(s3, bucket, name), default=None)
        answer = s3.get_object(Bucket=bucket, Key=f"models/{name}/v{version}/model.joblib")
    except ClientError as error:
        raise LookupError(f"no model {name} v{version} in {bucket}") from error
    data = answer["Body"].read()
    if hashlib.sha256(data).hexdigest() != answer["Metadata"].get("sha256"):
        raise ValueError("wrong checksum")
    return joblib.load(io.BytesIO(data))
