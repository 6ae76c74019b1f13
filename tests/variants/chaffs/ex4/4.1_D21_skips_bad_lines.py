# task 4.1; mistake D21; wrong because rows that are longer than the header are passed over
def run_job(s3, bucket, input_key, output_key):
    with lookup_error(f"s3://{bucket}/{input_key}", "NoSuchKey", "NoSuchBucket"):
        raw = s3.get_object(Bucket=bucket, Key=input_key)["Body"].read()
    packed = "gzip" if input_key.endswith(".gz") else None
    table = pd.read_csv(
        io.BytesIO(raw),
        dtype=str,
        keep_default_na=False,
        na_values=[""],
        compression=packed,
        header=None,
        on_bad_lines="skip",
    )
    result = process_data(table[1:].set_axis(table.iloc[0].fillna(""), axis=1))
    s3.put_object(Bucket=bucket, Key=output_key, Body=result.to_csv(index=False).encode())
    return len(result)
