# task 5.1; style: tempfile increment
def save_model(s3, model, bucket: str, name: str) -> int:
    import hashlib
    import tempfile

    import joblib
    from botocore.exceptions import ClientError

    def key_of(number):
        return "/".join(["models", name, f"v{number}", "model.joblib"])

    highest, token = 0, {}
    while True:
        try:
            answer = s3.list_objects_v2(Bucket=bucket, Prefix=f"models/{name}/", **token)
        except ClientError as error:
            if error.response["Error"]["Code"] == "NoSuchBucket":
                raise LookupError(f"there is no bucket {bucket}") from None
            raise
        for item in answer.get("Contents", ()):
            folder, _, rest = item["Key"].removeprefix(f"models/{name}/").partition("/")
            digits = folder.removeprefix("v")
            if rest == "model.joblib" and digits.isdecimal() and digits.isascii() and folder != digits:
                highest = max(highest, int(digits))
        if not answer["IsTruncated"]:
            break
        token = {"ContinuationToken": answer["NextContinuationToken"]}

    with tempfile.TemporaryFile() as file:
        joblib.dump(model, file, compress=3)
        file.seek(0)
        checksum = hashlib.file_digest(file, "sha256").hexdigest()
        while True:
            highest += 1
            file.seek(0)
            try:
                s3.put_object(
                    Bucket=bucket,
                    Key=key_of(highest),
                    Body=file,
                    IfNoneMatch="*",
                    ContentType="application/octet-stream",
                    Metadata={"sha256": checksum},
                )
                return highest
            except ClientError as error:
                status = error.response["ResponseMetadata"]["HTTPStatusCode"]
                if status == 409:
                    highest -= 1  # somebody writes this very key at the moment: ask again
                elif status != 412:
                    raise
