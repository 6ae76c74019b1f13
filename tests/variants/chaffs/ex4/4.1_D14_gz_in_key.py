# task 4.1; mistake D14; wrong because gzip is expected wherever the key holds .gz
def run_job(s3, bucket, input_key, output_key):
    with lookup_error(f"{bucket}/{input_key}", "NoSuchBucket", "NoSuchKey"):
        raw = s3.get_object(Bucket=bucket, Key=input_key)["Body"].read()
    df = pd.read_csv(
        io.BytesIO(raw),
        dtype=str,
        keep_default_na=False,
        na_values=[""],
        compression="gzip" if ".gz" in input_key else None,
    )
    out = process_data(df)
    s3.put_object(Bucket=bucket, Key=output_key, Body=out.to_csv(index=False).encode())
    return len(out)
