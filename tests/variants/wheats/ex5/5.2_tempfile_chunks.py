# task 5.2; style: tempfile chunks
def load_model(s3, bucket: str, name: str, version: int | None = None):
    import hashlib
    import hmac
    import tempfile

    import joblib

    home = f"models/{name}/"
    try:
        if version is None:
            found, more = {}, {}
            while True:
                answer = s3.list_objects_v2(Bucket=bucket, Prefix=home, **more)
                for key in (item["Key"] for item in answer.get("Contents", [])):
                    parts = key[len(home) :].split("/")
                    if len(parts) == 2 and parts[1] == "model.joblib" and parts[0][:1] == "v":
                        if parts[0][1:].isascii() and parts[0][1:].isdigit():
                            found[int(parts[0][1:])] = key
                if not answer["IsTruncated"]:
                    break
                more = {"ContinuationToken": answer["NextContinuationToken"]}
            if not found:
                raise LookupError(f"{name}: there is no such model in {bucket}")
            key = found[max(found)]
        else:
            key = f"{home}v{version}/model.joblib"
        answer = s3.get_object(Bucket=bucket, Key=key)
    except s3.exceptions.NoSuchBucket:
        raise LookupError(f"bucket {bucket}") from None
    except s3.exceptions.NoSuchKey:
        raise LookupError(f"{key} (model {name}) in {bucket}") from None
    checksum = hashlib.sha256()
    with tempfile.TemporaryFile() as file:
        for chunk in answer["Body"].iter_chunks(65536):
            checksum.update(chunk)
            file.write(chunk)
        if "sha256" not in answer["Metadata"]:
            raise ValueError(f"{key} has no checksum")
        if not hmac.compare_digest(checksum.hexdigest(), answer["Metadata"]["sha256"]):
            raise ValueError(f"{key} does not match its checksum")
        file.seek(0)
        return joblib.load(file)
