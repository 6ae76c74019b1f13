# task 5.1; mistake M28; wrong because the number of versions is not the highest number
def save_model(s3, model, bucket, name):
    buffer = io.BytesIO()
    joblib.dump(model, buffer)
    data = buffer.getvalue()
    digest = hashlib.sha256(data).hexdigest()
    version = len(list_keys(s3, bucket, f"models/{name}/")) + 1
    while True:
        extra = {"Metadata": {"sha256": digest}, "IfNoneMatch": "*"}
        try:
            s3.put_object(Bucket=bucket, Key=f"models/{name}/v{version}/model.joblib", Body=data, **extra)
            return version
        except ClientError as error:
            if error.response["Error"]["Code"] != "PreconditionFailed":
                raise
            version += 1
