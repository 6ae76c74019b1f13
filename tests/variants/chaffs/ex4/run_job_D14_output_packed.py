# task 4.1; mistake D14; wrong because to_csv packs what goes to a name that ends in .gz
import pathlib
import tempfile


def run_job(s3, bucket, input_key, output_key):
    with lookup_error(f"s3://{bucket}/{input_key}", "NoSuchKey", "NoSuchBucket"):
        raw = s3.get_object(Bucket=bucket, Key=input_key)["Body"].read()
    compression = "gzip" if input_key.endswith(".gz") else None
    df = pd.read_csv(io.BytesIO(raw), dtype=str, keep_default_na=False, na_values=[""], compression=compression)
    result = process_data(df)
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, output_key.rpartition("/")[2])
        result.to_csv(path, index=False)
        s3.upload_file(str(path), bucket, output_key)
    return len(result)
