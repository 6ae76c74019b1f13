# task 5.2; mistake L9; wrong because what was written last is not what has the highest number
def load_model(s3, bucket, name, version=None):
    if version is None:
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=f"models/{name}/v")
        with lookup_error(f"bucket {bucket}", "NoSuchBucket"):
            items = [item for page in pages for item in page.get("Contents", [])]
        if not items:
            raise LookupError(f"no model {name} in {bucket}")
        key = sorted(items, key=lambda item: item["LastModified"])[-1]["Key"]
    else:
        key = f"models/{name}/v{version}/model.joblib"
    with lookup_error(f"{bucket} {key}", "NoSuchKey", "NoSuchBucket"):
        answer = s3.get_object(Bucket=bucket, Key=key)
    data = answer["Body"].read()
    if hashlib.sha256(data).hexdigest() != answer["Metadata"].get("sha256"):
        raise ValueError("wrong checksum")
    return joblib.load(io.BytesIO(data))
