# task 5.1; mistake L5; wrong because models/m is also the beginning of models/m2
def save_model(s3, model, bucket, name):
    buffer = io.BytesIO()
    joblib.dump(model, buffer)
    data = buffer.getvalue()
    digest = hashlib.sha256(data).hexdigest()
    numbers = [int(key.split("/")[-2][1:]) for key in list_keys(s3, bucket, f"models/{name}")]
    version = max(numbers, default=0) + 1
    while True:
        extra = {"Metadata": {"sha256": digest}, "IfNoneMatch": "*"}
        try:
            s3.put_object(Bucket=bucket, Key=f"models/{name}/v{version}/model.joblib", Body=data, **extra)
            return version
        except ClientError as error:
            if error.response["Error"]["Code"] != "PreconditionFailed":
                raise
            version += 1
