# task 5.1; style: a temporary file, compressed, an open file as body, counting on from the highest
import tempfile


def save_model(s3, model, bucket, name):
    highest = 0
    try:
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=f"models/{name}/v"):
            for item in page.get("Contents", []):
                found = re.match(rf"models/{re.escape(name)}/v(\d+)/", item["Key"])
                highest = max(highest, int(found.group(1)) if found else 0)
    except s3.exceptions.NoSuchBucket:
        raise LookupError(bucket) from None
    with tempfile.NamedTemporaryFile() as file:
        joblib.dump(model, file.name, compress=3)
        digest = hashlib.sha256(pathlib.Path(file.name).read_bytes()).hexdigest()
        while True:
            highest += 1
            extra = {"Metadata": {"sha256": digest}, "IfNoneMatch": "*"}
            with open(file.name, "rb") as body:
                try:
                    s3.put_object(Bucket=bucket, Key=f"models/{name}/v{highest}/model.joblib", Body=body, **extra)
                except ClientError as error:
                    if error.response["ResponseMetadata"]["HTTPStatusCode"] not in (409, 412):
                        raise
                else:
                    return highest
