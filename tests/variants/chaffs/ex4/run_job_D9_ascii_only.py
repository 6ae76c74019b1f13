# task 4.1; mistake D9; wrong because letters beyond ASCII come out as question marks
def run_job(s3, bucket, input_key, output_key):
    with lookup_error(f"s3://{bucket}/{input_key}", "NoSuchKey", "NoSuchBucket"):
        raw = s3.get_object(Bucket=bucket, Key=input_key)["Body"].read()
    compression = "gzip" if input_key.endswith(".gz") else None
    df = pd.read_csv(io.BytesIO(raw), dtype=str, keep_default_na=False, na_values=[""], compression=compression)
    result = process_data(df)
    s3.put_object(Bucket=bucket, Key=output_key, Body=result.to_csv(index=False).encode("ascii", "replace"))
    return len(result)
