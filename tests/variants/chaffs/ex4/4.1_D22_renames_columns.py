# task 4.1; mistake D22; wrong because pandas renames a column whose name is there twice, or empty
def run_job(s3, bucket, input_key, output_key):
    with lookup_error(f"s3://{bucket}/{input_key}", "NoSuchKey", "NoSuchBucket"):
        raw = s3.get_object(Bucket=bucket, Key=input_key)["Body"].read()
    packed = "gzip" if input_key.endswith(".gz") else None
    table = pd.read_csv(
        io.BytesIO(raw), dtype=str, keep_default_na=False, na_values=[""], compression=packed, header=None
    )
    result = (
        process_data(
            pd.read_csv(
                io.BytesIO(raw), dtype=str, keep_default_na=False, na_values=[""], compression=packed
            ).reset_index(drop=True)
        )
        if len(table.columns)
        else table
    )
    s3.put_object(Bucket=bucket, Key=output_key, Body=result.to_csv(index=False).encode())
    return len(result)
