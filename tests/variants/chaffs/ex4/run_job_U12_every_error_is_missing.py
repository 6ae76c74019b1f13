# task 4.1; mistake U12; wrong because forbidden reads as not there
def run_job(s3, bucket, input_key, output_key):
    try:
        raw = s3.get_object(Bucket=bucket, Key=input_key)["Body"].read()
    except ClientError as error:
        raise LookupError(f"no s3://{bucket}/{input_key}") from error
    compression = "gzip" if input_key.endswith(".gz") else None
    df = pd.read_csv(io.BytesIO(raw), dtype=str, keep_default_na=False, na_values=[""], compression=compression)
    result = process_data(df)
    s3.put_object(Bucket=bucket, Key=output_key, Body=result.to_csv(index=False).encode())
    return len(result)
