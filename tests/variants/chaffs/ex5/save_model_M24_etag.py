# task 5.1; mistake M24; wrong because it stores MD5, not SHA-256
def save_model(s3, model, bucket, name):
    buffer = io.BytesIO()
    joblib.dump(model, buffer)
    data = buffer.getvalue()
    while True:
        version = max(_versions(s3, bucket, name), default=0) + 1
        extra = {"Metadata": {"sha256": hashlib.md5(data).hexdigest()}, "IfNoneMatch": "*"}
        try:
            s3.put_object(Bucket=bucket, Key=f"models/{name}/v{version}/model.joblib", Body=data, **extra)
            return version
        except ClientError as error:
            if error.response["Error"]["Code"] != "PreconditionFailed":
                raise
