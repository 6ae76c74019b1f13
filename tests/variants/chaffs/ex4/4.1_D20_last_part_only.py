# task 4.1; mistake D20; wrong because each part of the table replaces the one before
def run_job(s3, bucket, input_key, output_key):
    with lookup_error(f"{bucket}/{input_key}", "NoSuchBucket", "NoSuchKey"):
        raw = s3.get_object(Bucket=bucket, Key=input_key)["Body"].read()
    out = None
    for chunk in pd.read_csv(
        io.BytesIO(raw),
        dtype=str,
        keep_default_na=False,
        na_values=[""],
        compression="gzip" if input_key.endswith(".gz") else None,
        chunksize=100,
    ):
        out = process_data(chunk)
        s3.put_object(Bucket=bucket, Key=output_key, Body=out.to_csv(index=False).encode())
    return len(out)
