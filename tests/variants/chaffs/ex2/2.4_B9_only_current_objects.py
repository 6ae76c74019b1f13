# task 2.4; mistake B9; wrong because older versions and markers stay, and with them the bucket
def delete_bucket(s3, bucket):
    keys = list_keys(s3, bucket)
    for start in range(0, len(keys), 1000):
        s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key} for key in keys[start : start + 1000]]})
    s3.delete_bucket(Bucket=bucket)
    return len(keys)
