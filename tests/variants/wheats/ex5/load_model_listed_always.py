# task 5.2; style: lists first also for a given version, token loop, assertion by helper
def load_model(s3, bucket, name, version=None):
    versions, arguments = set(), {"Bucket": bucket, "Prefix": f"models/{name}/"}
    while True:
        try:
            answer = s3.list_objects_v2(**arguments)
        except s3.exceptions.NoSuchBucket:
            raise KeyError(bucket) from None
        for item in answer.get("Contents") or []:
            versions.add(int(re.search(r"/v(\d+)/model\.joblib$", item["Key"])[1]))
        if "NextContinuationToken" not in answer:
            break
        arguments["ContinuationToken"] = answer["NextContinuationToken"]
    if not versions or (version is not None and version not in versions):
        raise LookupError(f"{name} v{version} is not among {sorted(versions)} of {bucket}")
    answer = s3.get_object(Bucket=bucket, Key=f"models/{name}/v{version or max(versions)}/model.joblib")
    blob = answer["Body"].read()
    _verify(blob, answer["Metadata"])
    return joblib.load(io.BytesIO(blob))


def _verify(blob, metadata):
    if metadata.get("sha256") is None or metadata["sha256"] != hashlib.new("sha256", blob).hexdigest():
        raise ValueError("refused to unpickle: the checksum is missing or wrong")
