# task 1.2; style: whole body in memory, status code of the error
import botocore.exceptions


def download_file(s3, bucket: str, key: str, path: str | os.PathLike) -> pathlib.Path:
    try:
        data = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    except botocore.exceptions.ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
            raise KeyError(f"{key} in {bucket}") from error
        raise
    (file := pathlib.Path(path)).parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
    return file
