# task 1.4; right: one by one
def delete_prefix(s3, bucket, prefix):
    if not prefix:
        raise ValueError(prefix)
    kept = []
    keys = list_keys(s3, bucket, prefix)
    for key in keys:
        try:
            s3.delete_object(Bucket=bucket, Key=key)
        except ClientError as error:
            kept.append(f"{key}: {error}")
    if kept:
        raise RuntimeError("\n".join(kept))
    return len(keys)
