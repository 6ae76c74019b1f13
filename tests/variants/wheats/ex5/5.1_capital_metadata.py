# task 5.1; right: a metadata key in capitals, which S3 keeps small; counts on after a refusal
class Tee(io.BytesIO):
    def __init__(self):
        super().__init__()

    def hexdigest(self):
        return hashlib.new("sha256", self.getvalue()).hexdigest()


def save_model(s3, model, bucket, name):
    out = Tee()
    joblib.dump(model, out, protocol=4)
    pattern = re.compile(re.escape(f"models/{name}/v") + r"([0-9]+)/model\.joblib")
    taken = {int(m.group(1)) for m in map(pattern.fullmatch, list_keys(s3, bucket, f"models/{name}/")) if m}
    candidate = max(taken, default=0) + 1
    for candidate in range(candidate, candidate + 10_000):
        out.seek(0)
        try:
            s3.put_object(
                Bucket=bucket,
                Key=f"models/{name}/v{candidate}/model.joblib",
                Body=out,
                IfNoneMatch="*",
                Metadata={"SHA256": out.hexdigest()},
            )
            return candidate
        except ClientError as error:
            if error.response["Error"]["Code"] not in {"PreconditionFailed", "ConditionalRequestConflict", "412"}:
                raise
    raise RuntimeError("no number is free")
