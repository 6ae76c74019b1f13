# task 5.1; style: resource API over the environment, a checksum of S3's own beside the metadata
def save_model(s3, model, bucket, name):
    store = boto3.resource("s3").Bucket(bucket)
    buffer = io.BytesIO()
    joblib.dump(model, buffer)
    payload = buffer.getvalue()
    try:
        names = [item.key.split("/") for item in store.objects.filter(Prefix=f"models/{name}/v")]
    except store.meta.client.exceptions.NoSuchBucket as error:
        raise LookupError(f"no bucket {bucket}") from error
    number = max([int(parts[-2][1:]) for parts in names] or [0]) + 1
    for version in range(number, number + 1000):
        try:
            store.Object(f"models/{name}/v{version}/model.joblib").put(
                Body=payload,
                IfNoneMatch="*",
                ChecksumAlgorithm="SHA256",
                Metadata={"sha256": hashlib.sha256(payload).hexdigest(), "python": sys.version.split()[0]},
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == "PreconditionFailed":
                continue
            raise
        return version
