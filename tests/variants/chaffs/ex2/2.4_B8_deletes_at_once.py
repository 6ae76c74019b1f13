# task 2.4; mistake B8; wrong because a bucket has to be empty before it is deleted
def delete_bucket(s3, bucket):
    try:
        s3.delete_bucket(Bucket=bucket)
    except s3.exceptions.NoSuchBucket:
        raise LookupError(bucket) from None
    return 0
