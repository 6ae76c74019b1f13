# task 5.1; mistake U33; wrong because it tries only twice
def save_model(s3, model, bucket, name):
    b = io.BytesIO()
    joblib.dump(model, b)
    data = b.getvalue()
    v = max(_versions(s3, bucket, name), default=0) + 1
    for v in (v, v + 1):
        try:
            s3.put_object(
                Bucket=bucket,
                Key=f"models/{name}/v{v}/model.joblib",
                Body=data,
                IfNoneMatch="*",
                Metadata={"sha256": hashlib.sha256(data).hexdigest()},
            )
            return v
        except ClientError as e:
            if e.response["Error"]["Code"] != "PreconditionFailed":
                raise
    raise RuntimeError("two savers were faster")
