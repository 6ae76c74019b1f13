# task 5.1; mistake U33; wrong because the second saver should take the next number
def save_model(s3, model, bucket, name):
    buffer = io.BytesIO()
    joblib.dump(model, buffer)
    data = buffer.getvalue()
    version = max(_versions(s3, bucket, name), default=0) + 1
    extra = {"Metadata": {"sha256": hashlib.sha256(data).hexdigest()}, "IfNoneMatch": "*"}
    s3.put_object(Bucket=bucket, Key=f"models/{name}/v{version}/model.joblib", Body=data, **extra)
    return version
