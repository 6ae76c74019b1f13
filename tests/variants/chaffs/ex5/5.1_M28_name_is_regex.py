# task 5.1; mistake M28; wrong because the name goes into a regular expression as it is
def save_model(s3, model, bucket, name):
    b = io.BytesIO()
    joblib.dump(model, b)
    data = b.getvalue()
    found = [re.match(f"models/{name}/v(\\d+)/model.joblib$", k) for k in list_keys(s3, bucket, f"models/{name}/")]
    v = max([int(m[1]) for m in found if m], default=0) + 1
    for v in range(v, v + 3):
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
    raise RuntimeError("too many savers")
