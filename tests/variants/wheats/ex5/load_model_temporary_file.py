# task 5.2; style: head, download to a file, checksum in chunks, memory map
import tempfile


def load_model(s3, bucket, name, version=None):
    try:
        if version is None:
            version = sorted(_numbers(s3, bucket, name))[-1]
        key = f"models/{name}/v{version}/model.joblib"
        expected = s3.head_object(Bucket=bucket, Key=key)["Metadata"].get("sha256")
        if not expected:
            raise ValueError(f"{key} has no sha256")
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "model")
            s3.download_file(bucket, key, path)
            digest = hashlib.sha256()
            with open(path, "rb") as file:
                while chunk := file.read(65536):
                    digest.update(chunk)
            if digest.hexdigest() != expected.lower():
                raise ValueError(f"{key}: checksum does not match")
            return joblib.load(path)
    except IndexError:
        raise LookupError(f"no versions of {name} in {bucket}") from None
    except ClientError as error:
        if error.response["Error"]["Code"] in ("404", "NoSuchKey", "NoSuchBucket"):
            raise LookupError(f"{bucket}: no {name} v{version}") from error
        raise


def _numbers(s3, bucket, name):
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=f"models/{name}/"):
        for item in page.get("Contents", ()):
            parts = item["Key"].removeprefix(f"models/{name}/").split("/")
            if len(parts) == 2 and parts[1] == "model.joblib":
                yield int(parts[0][1:])
