# task 2.1; mistake B2; wrong because every region but us-east-1 has to be named
def create_bucket(s3, bucket):
    try:
        s3.create_bucket(Bucket=bucket)
    except s3.exceptions.BucketAlreadyOwnedByYou:
        pass
