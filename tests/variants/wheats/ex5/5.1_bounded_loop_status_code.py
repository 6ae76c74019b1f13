# task 5.1; right: a temporary folder, the status code of the refusal, a bounded loop
import hashlib
import tempfile

import joblib


def save_model(s3, model, bucket, name):
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "model.joblib")
        joblib.dump(model, file)
        payload = pathlib.Path(file).read_bytes()
    digest = hashlib.new("sha256", payload).hexdigest()
    start, end = f"models/{name}/v", "/model.joblib"
    for _ in range(10000):
        taken = [key.removeprefix(start).removesuffix(end) for key in list_keys(s3, bucket, start) if key.endswith(end)]
        version = 1 + max((int(t) for t in taken if t.isascii() and t.isdigit()), default=0)
        try:
            with lookup_error(f"bucket {bucket}", "NoSuchBucket"):
                s3.put_object(
                    Bucket=bucket,
                    Key=f"{start}{version}{end}",
                    Body=payload,
                    Metadata=dict(sha256=digest),
                    IfNoneMatch="*",
                )
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] in (409, 412):
                continue
            raise
        else:
            return version
    raise RuntimeError("no free version")
