# task 4.1; mistake D5; wrong because to_csv writes the row numbers as a column of their own
def run_job(s3, bucket, input_key, output_key):
    with lookup_error(f"s3://{bucket}/{input_key}", "NoSuchKey", "NoSuchBucket"):
        raw = s3.get_object(Bucket=bucket, Key=input_key)["Body"].read()
    compression = "gzip" if input_key.endswith(".gz") else None
    df = pd.read_csv(io.BytesIO(raw), dtype=str, keep_default_na=False, na_values=[""], compression=compression)
    result = process_data(df)
    s3.put_object(Bucket=bucket, Key=output_key, Body=result.to_csv().encode())
    return len(result)
