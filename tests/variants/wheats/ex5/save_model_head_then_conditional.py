# task 5.1; style: common prefixes with a token loop, a look with HEAD, then the condition all the same, recursion
def save_model(s3, model, bucket, name, version=None):
    stream = io.BytesIO()
    joblib.dump(model, stream)
    stream.seek(0)
    version = version or _highest(s3, bucket, name) + 1
    key = f"models/{name}/v{version}/model.joblib"
    try:
        s3.head_object(Bucket=bucket, Key=key)
        return save_model(s3, model, bucket, name, version + 1)
    except ClientError as error:
        if error.response["Error"]["Code"] != "404":
            raise
    digest = hashlib.sha256(stream.getbuffer()).hexdigest()
    try:
        s3.put_object(Bucket=bucket, Key=key, Body=stream, IfNoneMatch="*", Metadata={"SHA256": digest})
    except ClientError as error:
        if error.response["Error"]["Code"] == "PreconditionFailed":
            return save_model(s3, model, bucket, name, version + 1)
        raise
    return version


def _highest(s3, bucket, name):
    found, token = [0], {}
    while True:
        try:
            page = s3.list_objects_v2(Bucket=bucket, Prefix=f"models/{name}/", Delimiter="/", **token)
        except ClientError as error:
            if error.response["Error"]["Code"] == "NoSuchBucket":
                raise KeyError(bucket) from error
            raise
        found += [int(one["Prefix"].split("/")[-2].lstrip("v")) for one in page.get("CommonPrefixes", [])]
        if not page["IsTruncated"]:
            return max(found)
        token = {"ContinuationToken": page["NextContinuationToken"]}
