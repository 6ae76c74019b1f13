# task 1.4; mistake U16; wrong because the keys after the first 1,000 stay
def delete_prefix(s3, bucket, prefix):
    if not prefix:
        raise ValueError("empty prefix")
    keys = list_keys(s3, bucket, prefix)
    if keys:
        answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key} for key in keys[:1000]]})
        if answer.get("Errors"):
            raise RuntimeError(str([e["Key"] for e in answer["Errors"]]))
    return len(keys)
