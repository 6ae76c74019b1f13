# task 4.1; mistake D18; wrong because it copies the input and leaves no row out
def run_job(s3, bucket, input_key, output_key):
    try:
        data = s3.get_object(Bucket=bucket, Key=input_key)["Body"].read()
    except (s3.exceptions.NoSuchKey, s3.exceptions.NoSuchBucket):
        raise LookupError(f"{bucket}/{input_key}") from None
    s3.put_object(Bucket=bucket, Key=output_key, Body=data)
    return len(data.decode().splitlines()) - 1
