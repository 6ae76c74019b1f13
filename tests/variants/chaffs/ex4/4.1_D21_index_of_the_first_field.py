# task 4.1; mistake D21, D22; wrong because pandas makes an index of the first field where all rows are longer than the header
def run_job(s3, bucket, input_key, output_key):
    with lookup_error(f"s3://{bucket}/{input_key}", "NoSuchKey", "NoSuchBucket"):
        raw = s3.get_object(Bucket=bucket, Key=input_key)["Body"].read()
    packed = "gzip" if input_key.endswith(".gz") else None
    result = process_data(
        pd.read_csv(io.BytesIO(raw), dtype=str, keep_default_na=False, na_values=[""], compression=packed)
    )
    s3.put_object(Bucket=bucket, Key=output_key, Body=result.to_csv(index=False).encode())
    return len(result)
