# task 1.3; mistake L2; wrong because NextMarker is absent in version 1 where there is no delimiter
def list_keys(s3, bucket, prefix=""):
    keys, marker = [], ""
    with lookup_error(bucket, "NoSuchBucket"):
        while marker is not None:
            page = s3.list_objects(Bucket=bucket, Prefix=prefix, Marker=marker)
            keys += [o["Key"] for o in page.get("Contents", [])]
            marker = page.get("NextMarker")
    return keys
