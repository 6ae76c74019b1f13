# task 4.1; mistake R7; wrong because nobody learns that the job has failed
def run_job(s3, bucket, input_key, output_key):
    with lookup_error(f"s3://{bucket}/{input_key}", "NoSuchKey", "NoSuchBucket"):
        raw = s3.get_object(Bucket=bucket, Key=input_key)["Body"].read()
    compression = "gzip" if input_key.endswith(".gz") else None
    try:
        df = pd.read_csv(io.BytesIO(raw), dtype=str, keep_default_na=False, na_values=[""], compression=compression)
    except Exception as error:
        print("could not read the CSV:", error)
        return 0
    result = process_data(df)
    s3.put_object(Bucket=bucket, Key=output_key, Body=result.to_csv(index=False).encode())
    return len(result)
