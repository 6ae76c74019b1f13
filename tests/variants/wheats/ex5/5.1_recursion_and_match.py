# task 5.1; right: recursion on a conflict, match on the code, list by paginator search
def _highest(s3, bucket, name):
    wanted = re.compile(rf"models/{re.escape(name)}/v(\d+)/model\.joblib")
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=f"models/{name}/")
    found = [wanted.fullmatch(key) for key in pages.search("Contents[].Key") if key]
    return max([int(one.group(1)) for one in found if one], default=0)


def save_model(s3, model, bucket, name, *, _at_least=1):
    with io.BytesIO() as file:
        joblib.dump(model, file, compress=3)
        data = file.getvalue()
    try:
        number = max(_highest(s3, bucket, name) + 1, _at_least)
        s3.put_object(
            Bucket=bucket,
            Key=f"models/{name}/v{number}/model.joblib",
            Body=io.BytesIO(data),
            IfNoneMatch="*",
            Metadata=dict(sha256=hashlib.new("sha256", data).hexdigest(), framework="scikit-learn"),
            ChecksumAlgorithm="SHA256",
            ContentType="application/octet-stream",
        )
    except ClientError as error:
        match error.response["Error"]["Code"]:
            case "PreconditionFailed" | "ConditionalRequestConflict" | "412":
                return save_model(s3, model, bucket, name, _at_least=number)
            case "NoSuchBucket":
                raise LookupError(f"bucket {bucket}") from error
        raise
    return number
