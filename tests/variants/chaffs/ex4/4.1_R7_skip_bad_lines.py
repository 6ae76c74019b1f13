# task 4.1; mistake R7; wrong because rows that cannot be read are skipped in silence
def run_job(s3, bucket, input_key, output_key):
    with _lookup_error(f"{bucket}/{input_key}", "NoSuchBucket", "NoSuchKey"):
        raw = s3.get_object(Bucket=bucket, Key=input_key)["Body"].read()
    df = pd.read_csv(
        io.BytesIO(raw),
        dtype=str,
        keep_default_na=False,
        na_values=[""],
        on_bad_lines="skip",
        compression="gzip" if input_key.endswith(".gz") else None,
    )
    out = process_data(df)
    s3.put_object(Bucket=bucket, Key=output_key, Body=out.to_csv(index=False).encode())
    return len(out)
