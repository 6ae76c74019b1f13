# task 5.1; mistake U21; wrong because a second look is still a look before the write
def save_model(s3, model, bucket, name):
    buffer = io.BytesIO()
    joblib.dump(model, buffer)
    data = buffer.getvalue()
    version = max(_versions(s3, bucket, name), default=0) + 1
    while list_keys(s3, bucket, f"models/{name}/v{version}/"):
        version += 1
    metadata = {"sha256": hashlib.sha256(data).hexdigest()}
    s3.put_object(Bucket=bucket, Key=f"models/{name}/v{version}/model.joblib", Body=data, Metadata=metadata)
    return version
