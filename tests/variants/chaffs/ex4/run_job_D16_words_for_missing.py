# task 4.1; mistake D16; wrong because pandas takes words such as NA for missing values
def run_job(s3, bucket, input_key, output_key):
    with lookup_error(f"s3://{bucket}/{input_key}", "NoSuchKey", "NoSuchBucket"):
        raw = s3.get_object(Bucket=bucket, Key=input_key)["Body"].read()
    compression = "gzip" if input_key.endswith(".gz") else None
    result = process_data(pd.read_csv(io.BytesIO(raw), dtype=str, compression=compression))
    s3.put_object(Bucket=bucket, Key=output_key, Body=result.to_csv(index=False).encode())
    return len(result)
