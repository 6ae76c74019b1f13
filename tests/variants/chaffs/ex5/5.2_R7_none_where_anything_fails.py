# task 5.2; mistake R7; wrong because it returns None whatever goes wrong
def load_model(s3, bucket, name, version=None):
    try:
        version = version or max(_versions(s3, bucket, name))
        answer = s3.get_object(Bucket=bucket, Key=f"models/{name}/v{version}/model.joblib")
        data = answer["Body"].read()
        if hashlib.sha256(data).hexdigest() != answer["Metadata"]["sha256"]:
            return None
        return joblib.load(io.BytesIO(data))
    except Exception:
        return None
