# task 4.1; mistake D18; wrong because the first column is the index, where nothing is missing to dropna
def run_job(s3, bucket, input_key, output_key):
    with lookup_error(f"{bucket}/{input_key}", "NoSuchBucket", "NoSuchKey"):
        raw = s3.get_object(Bucket=bucket, Key=input_key)["Body"].read()
    df = pd.read_csv(
        io.BytesIO(raw),
        dtype=str,
        keep_default_na=False,
        na_values=[""],
        index_col=0,
        compression="gzip" if input_key.endswith(".gz") else None,
    )
    out = df.dropna()
    s3.put_object(Bucket=bucket, Key=output_key, Body=out.to_csv().encode())
    return len(out)
