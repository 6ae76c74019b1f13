# task 5.2; mistake L2; wrong because it looks at one page of the list
def load_model(s3, bucket, name, version=None):
    if version is None:
        with lookup_error(f"bucket {bucket}", "NoSuchBucket"):
            page = s3.list_objects_v2(Bucket=bucket, Prefix=f"models/{name}/v")
        version = max([int(item["Key"].split("/")[2][1:]) for item in page.get("Contents", [])], default=None)
        if version is None:
            raise LookupError(f"no model {name} in {bucket}")
    with lookup_error(f"{bucket} {name} v{version}", "NoSuchKey", "NoSuchBucket"):
        answer = s3.get_object(Bucket=bucket, Key=f"models/{name}/v{version}/model.joblib")
    data = answer["Body"].read()
    if hashlib.sha256(data).hexdigest() != answer["Metadata"].get("sha256"):
        raise ValueError("wrong checksum")
    return joblib.load(io.BytesIO(data))
