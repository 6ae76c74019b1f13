# task 1.1; right: a context manager of its own, functools.partial, keyword arguments
from contextlib import contextmanager as _cm
from functools import partial


@_cm
def _no_bucket_means_lookup_error(name: str):
    try:
        yield
    except ClientError as problem:
        match problem.response:
            case {"Error": {"Code": "NoSuchBucket" | "404"}}:
                raise LookupError(f"there is no bucket called {name}") from problem
        raise


def upload_file(s3, path, bucket, key, *, storage_class="STANDARD"):
    content = pathlib.Path(path).read_bytes()
    put = partial(s3.put_object, Bucket=bucket, Key=key, Body=content, StorageClass=storage_class)
    with _no_bucket_means_lookup_error(bucket):
        put(ContentType=kind) if (kind := mimetypes.guess_type(key)[0]) else put()
    return "s3://" + "/".join((bucket, key))
