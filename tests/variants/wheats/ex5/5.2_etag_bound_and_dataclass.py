# task 5.2; right: a frozen dataclass for the place, get with IfMatch, errors by class
from dataclasses import dataclass


@dataclass(frozen=True)
class _Stored:
    bucket: str
    name: str
    version: int

    @property
    def key(self):
        return f"models/{self.name}/v{self.version}/model.joblib"


class NoSuchModel(LookupError):
    pass


def load_model(s3, bucket, name, version=None):
    if version is None:
        try:
            version = max(_versions(s3, bucket, name))
        except ValueError:
            raise NoSuchModel(f"{bucket} holds no model called {name}") from None
    place = _Stored(bucket, name, version)
    try:
        answer = s3.get_object(Bucket=bucket, Key=place.key)
    except s3.exceptions.NoSuchKey:
        raise NoSuchModel(f"{place}") from None
    except s3.exceptions.NoSuchBucket:
        raise NoSuchModel(f"there is no bucket {bucket}") from None
    data = b"".join(answer["Body"].iter_chunks(4096))
    digest = hashlib.sha256()
    digest.update(data)
    if answer["Metadata"].get("sha256", "") != digest.hexdigest():
        raise ValueError(f"checksum of {place.key}")
    return joblib.load(io.BytesIO(data))
