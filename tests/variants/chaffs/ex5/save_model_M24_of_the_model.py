# task 5.1; mistake M24; wrong because the checksum is that of another pickle of the model
import pickle


def save_model(s3, model, bucket, name):
    buffer = io.BytesIO()
    joblib.dump(model, buffer, compress=3)
    digest = hashlib.sha256(pickle.dumps(model)).hexdigest()
    while True:
        version = max(_versions(s3, bucket, name), default=0) + 1
        extra = {"Metadata": {"sha256": digest}, "IfNoneMatch": "*"}
        key = f"models/{name}/v{version}/model.joblib"
        try:
            s3.put_object(Bucket=bucket, Key=key, Body=buffer.getvalue(), **extra)
            return version
        except ClientError as error:
            if error.response["Error"]["Code"] != "PreconditionFailed":
                raise
