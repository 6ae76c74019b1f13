# task 5.1; mistake U12; wrong because forbidden reads as not there
def save_model(s3, model, bucket, name):
    buffer = io.BytesIO()
    joblib.dump(model, buffer)
    data = buffer.getvalue()
    digest = hashlib.sha256(data).hexdigest()
    while True:
        version = max(_versions(s3, bucket, name), default=0) + 1
        extra = {"Metadata": {"sha256": digest}, "IfNoneMatch": "*"}
        try:
            s3.put_object(Bucket=bucket, Key=f"models/{name}/v{version}/model.joblib", Body=data, **extra)
            return version
        except ClientError as error:
            if error.response["Error"]["Code"] != "PreconditionFailed":
                raise LookupError(f"cannot write to {bucket}") from error
