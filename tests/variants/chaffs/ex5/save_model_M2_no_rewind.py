# task 5.1; mistake M2; wrong because the file pointer stands at the end: 0 bytes are stored
def save_model(s3, model, bucket, name):
    buffer = io.BytesIO()
    joblib.dump(model, buffer)
    digest = hashlib.sha256(buffer.getvalue()).hexdigest()
    while True:
        version = max(_versions(s3, bucket, name), default=0) + 1
        extra = {"Metadata": {"sha256": digest}, "IfNoneMatch": "*"}
        try:
            s3.put_object(Bucket=bucket, Key=f"models/{name}/v{version}/model.joblib", Body=buffer.read(), **extra)
            return version
        except ClientError as error:
            if error.response["Error"]["Code"] != "PreconditionFailed":
                raise
