# task 1.3; style: token loop with walrus
import botocore.exceptions


def list_keys(s3, bucket: str, prefix: str = "") -> list[str]:
    keys, more = [], {}
    try:
        while page := s3.list_objects_v2(Bucket=bucket, Prefix=prefix, **more):
            keys.extend(item["Key"] for item in page.get("Contents", ()))
            if not (token := page.get("NextContinuationToken")):
                return keys
            more = {"ContinuationToken": token}
    except botocore.exceptions.ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchBucket":
            raise
        raise LookupError(f"no bucket {bucket!r}") from error
