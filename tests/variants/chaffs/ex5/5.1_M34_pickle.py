# task 5.1; mistake M34; wrong because pickle writes it, not joblib
import pickle


def save_model(s3, model, bucket, name):
    data = pickle.dumps(model)
    while True:
        version = max(_versions(s3, bucket, name), default=0) + 1
        extra = {"Metadata": {"sha256": hashlib.sha256(data).hexdigest()}, "IfNoneMatch": "*"}
        try:
            s3.put_object(Bucket=bucket, Key=f"models/{name}/v{version}/model.joblib", Body=data, **extra)
            return version
        except ClientError as error:
            if error.response["Error"]["Code"] == "NoSuchBucket":
                raise LookupError(f"bucket {bucket} does not exist") from error
            if error.response["Error"]["Code"] != "PreconditionFailed":
                raise
