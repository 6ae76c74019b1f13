# task 1.2; mistake U34, U4; wrong because it strips white space from the end of the bytes
import io


def download_file(s3, bucket, key, path):
    path, buffer = pathlib.Path(path), io.BytesIO()
    try:
        s3.download_fileobj(bucket, key, buffer)
    except ClientError as e:
        if e.response["Error"]["Code"] not in {"404", "NoSuchKey", "NoSuchBucket"}:
            raise
        raise LookupError(f"nothing at s3://{bucket}/{key}") from None
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{uuid.uuid4().hex}")
    try:
        part.write_bytes(buffer.getvalue().rstrip())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return path
