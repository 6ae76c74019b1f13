# task 5.2; mistake L9; wrong because v9 comes after v10 in the order of text
def load_model(s3, bucket, name, version=None):
    if version is None:
        keys = list_keys(s3, bucket, f"models/{name}/v")
        if not keys:
            raise LookupError(f"no model {name} in {bucket}")
        key = sorted(keys)[-1]
    else:
        key = f"models/{name}/v{version}/model.joblib"
    with lookup_error(f"{bucket} {key}", "NoSuchKey", "NoSuchBucket"):
        answer = s3.get_object(Bucket=bucket, Key=key)
    data = answer["Body"].read()
    if hashlib.sha256(data).hexdigest() != answer["Metadata"].get("sha256"):
        raise ValueError("wrong checksum")
    return joblib.load(io.BytesIO(data))
