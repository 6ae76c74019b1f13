# task 1.3; right: token loop
def list_keys(s3, bucket, prefix=""):
    keys = []
    kwargs = dict(Bucket=bucket, Prefix=prefix)
    while True:
        try:
            resp = s3.list_objects_v2(**kwargs)
        except ClientError as e:
            if e.response["Error"]["Code"] == "NoSuchBucket":
                raise LookupError(f"Bucket {bucket} does not exist")
            raise
        for obj in resp.get("Contents", []):
            keys.append(obj["Key"])
        if not resp.get("IsTruncated"):
            return keys
        kwargs["ContinuationToken"] = resp["NextContinuationToken"]
