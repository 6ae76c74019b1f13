# task 5.1; mistake U33; wrong because it tries only twice
def save_model(s3, model, bucket, name):
    buffer = io.BytesIO()
    joblib.dump(model, buffer)
    data = buffer.getvalue()
    version = max(_versions(s3, bucket, name), default=0)
    for attempt in (1, 2):
        version += 1
        try:
            s3.put_object(
                Bucket=bucket,
                Key=f"models/{name}/v{version}/model.joblib",
                Body=data,
                IfNoneMatch="*",
                Metadata={"sha256": hashlib.sha256(data).hexdigest()},
            )
            return version
        except ClientError as error:
            if error.response["Error"]["Code"] != "PreconditionFailed" or attempt == 2:
                raise
