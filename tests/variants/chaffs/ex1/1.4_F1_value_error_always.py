# task 1.4; mistake F1; earns 0; wrong because it raises ValueError whatever is asked
def delete_prefix(s3, bucket, prefix):
    raise ValueError(bucket, prefix)
