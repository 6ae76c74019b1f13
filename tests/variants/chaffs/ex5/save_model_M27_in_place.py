# task 5.1; mistake M27; wrong because there is one key, and each save replaces the one before
def save_model(s3, model, bucket, name):
    buffer = io.BytesIO()
    joblib.dump(model, buffer)
    data = buffer.getvalue()
    metadata = {"sha256": hashlib.sha256(data).hexdigest()}
    with lookup_error(f"bucket {bucket}", "NoSuchBucket"):
        s3.put_object(Bucket=bucket, Key=f"models/{name}/model.joblib", Body=data, Metadata=metadata)
    return 1
