# task 5.1; mistake M24; wrong because S3's own checksum is not the user metadata
def save_model(s3, model, bucket, name):
    buffer = io.BytesIO()
    joblib.dump(model, buffer)
    while True:
        version = max(_versions(s3, bucket, name), default=0) + 1
        extra = {"ChecksumAlgorithm": "SHA256", "IfNoneMatch": "*"}
        key = f"models/{name}/v{version}/model.joblib"
        try:
            s3.put_object(Bucket=bucket, Key=key, Body=buffer.getvalue(), **extra)
            return version
        except ClientError as error:
            if error.response["Error"]["Code"] != "PreconditionFailed":
                raise
