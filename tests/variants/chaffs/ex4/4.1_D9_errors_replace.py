# task 4.1; mistake D9; wrong because what is not UTF-8 is replaced in silence
import gzip


def run_job(s3, bucket, input_key, output_key):
    with lookup_error(f"{bucket}/{input_key}", "NoSuchBucket", "NoSuchKey"):
        raw = s3.get_object(Bucket=bucket, Key=input_key)["Body"].read()
    if input_key.endswith(".gz"):
        raw = gzip.decompress(raw)
    df = pd.read_csv(
        io.StringIO(raw.decode("utf-8", errors="replace")), dtype=str, keep_default_na=False, na_values=[""]
    )
    out = process_data(df)
    s3.put_object(Bucket=bucket, Key=output_key, Body=out.to_csv(index=False).encode())
    return len(out)
