# task 5.1; mistake M28, M27, L2; wrong because it fills gaps
def save_model(s3, model, bucket, name):
    b = io.BytesIO()
    joblib.dump(model, b)
    data = b.getvalue()
    list_keys(s3, bucket, "models/")
    v = 1
    while True:
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
            if e.response["Error"]["Code"] not in ("PreconditionFailed", "ConditionalRequestConflict"):
                raise
            v += 1
