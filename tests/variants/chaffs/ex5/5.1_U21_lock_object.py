# task 5.1; mistake U21; wrong because other programs do not know its lock
def save_model(s3, model, bucket, name):
    b = io.BytesIO()
    joblib.dump(model, b)
    data = b.getvalue()
    list_keys(s3, bucket, "x")
    lock = {"Bucket": bucket, "Key": f"models/{name}/lock"}
    while True:
        try:
            s3.put_object(**lock, Body=b"", IfNoneMatch="*")
            break
        except ClientError as e:
            if e.response["Error"]["Code"] != "PreconditionFailed":
                raise
            time.sleep(0.05)
    try:
        v = max(_versions(s3, bucket, name), default=0) + 1
        s3.put_object(
            Bucket=bucket,
            Key=f"models/{name}/v{v}/model.joblib",
            Body=data,
            Metadata={"sha256": hashlib.sha256(data).hexdigest()},
        )
        return v
    finally:
        s3.delete_object(**lock)
