# task 5.2; right: hmac.compare_digest; the error names the model
import hashlib
import hmac
import io

import joblib


def _latest(s3, bucket, name):
    best = 0
    for key in list_keys(s3, bucket, f"models/{name}/v"):
        middle = key.removeprefix(f"models/{name}/v").removesuffix("/model.joblib")
        if middle.isdigit() and int(middle) > best and key == f"models/{name}/v{middle}/model.joblib":
            best = int(middle)
    if best == 0:
        raise KeyError(name)
    return best


def load_model(s3, bucket, name, version=None):
    version = _latest(s3, bucket, name) if version is None else version
    with lookup_error(f"{name} v{version}", "NoSuchKey", "NoSuchBucket"):
        answer = s3.get_object(Bucket=bucket, Key="/".join(["models", name, f"v{version}", "model.joblib"]))
    data = answer["Body"].read()
    if not hmac.compare_digest(hashlib.sha256(data).hexdigest(), answer["Metadata"].get("sha256", "")):
        raise ValueError(f"{name} v{version}: sha256")
    return joblib.load(io.BytesIO(data))
