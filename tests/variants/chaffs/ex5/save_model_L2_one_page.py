# task 5.1; mistake L2; wrong because it looks at one page of the list
def save_model(s3, model, bucket, name):
    buffer = io.BytesIO()
    joblib.dump(model, buffer)
    data = buffer.getvalue()
    digest = hashlib.sha256(data).hexdigest()
    with lookup_error(f"bucket {bucket}", "NoSuchBucket"):
        page = s3.list_objects_v2(Bucket=bucket, Prefix=f"models/{name}/")
    version = max([int(item["Key"].split("/")[2][1:]) for item in page.get("Contents", [])], default=0) + 1
    while True:
        extra = {"Metadata": {"sha256": digest}, "IfNoneMatch": "*"}
        try:
            s3.put_object(Bucket=bucket, Key=f"models/{name}/v{version}/model.joblib", Body=data, **extra)
            return version
        except ClientError as error:
            if error.response["Error"]["Code"] != "PreconditionFailed":
                raise
            version += 1
