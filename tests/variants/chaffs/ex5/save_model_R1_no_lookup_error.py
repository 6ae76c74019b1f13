# task 5.1; mistake R1; wrong because botocore's error about the bucket is no LookupError
def save_model(s3, model, bucket, name):
    buffer = io.BytesIO()
    joblib.dump(model, buffer)
    data = buffer.getvalue()
    digest = hashlib.sha256(data).hexdigest()
    while True:
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=f"models/{name}/v")
        numbers = [int(item["Key"].split("/")[2][1:]) for page in pages for item in page.get("Contents", [])]
        version = max(numbers, default=0) + 1
        extra = {"Metadata": {"sha256": digest}, "IfNoneMatch": "*"}
        try:
            s3.put_object(Bucket=bucket, Key=f"models/{name}/v{version}/model.joblib", Body=data, **extra)
            return version
        except ClientError as error:
            if error.response["Error"]["Code"] != "PreconditionFailed":
                raise
