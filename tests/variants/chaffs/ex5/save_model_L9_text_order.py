# task 5.1; mistake L9; wrong because v9 comes after v10 in the order of text
def save_model(s3, model, bucket, name):
    buffer = io.BytesIO()
    joblib.dump(model, buffer)
    data = buffer.getvalue()
    digest = hashlib.sha256(data).hexdigest()
    there = sorted(key.split("/")[-2] for key in list_keys(s3, bucket, f"models/{name}/"))
    version = int(there[-1][1:]) + 1 if there else 1
    while True:
        extra = {"Metadata": {"sha256": digest}, "IfNoneMatch": "*"}
        try:
            s3.put_object(Bucket=bucket, Key=f"models/{name}/v{version}/model.joblib", Body=data, **extra)
            return version
        except ClientError as error:
            if error.response["Error"]["Code"] != "PreconditionFailed":
                raise
            version += 1
