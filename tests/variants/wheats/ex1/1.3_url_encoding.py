# task 1.3; right: asks for encoded keys, as for keys that XML cannot hold, and decodes them
from urllib.parse import unquote_plus

from botocore.exceptions import ClientError


def list_keys(s3, bucket, prefix=""):
    keys, token = [], None
    while True:
        request = {"Bucket": bucket, "Prefix": prefix, "EncodingType": "url", "MaxKeys": 1000}
        if token:
            request["ContinuationToken"] = token
        try:
            answer = s3.list_objects_v2(**request)
        except ClientError as e:
            if e.response["Error"]["Code"] == "NoSuchBucket":
                raise LookupError(bucket) from e
            raise
        keys.extend(unquote_plus(item["Key"]) for item in answer.get("Contents", []))
        token = answer.get("NextContinuationToken")
        if token is None:
            return keys
