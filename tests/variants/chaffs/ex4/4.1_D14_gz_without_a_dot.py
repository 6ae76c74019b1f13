# task 4.1; mistake D14; wrong because it takes a key that ends in gz, without a dot, for one of gzip
import io


def run_job(s3, bucket, input_key, output_key):
    try:
        stream = s3.get_object(Bucket=bucket, Key=input_key)["Body"]
    except (s3.exceptions.NoSuchKey, s3.exceptions.NoSuchBucket) as error:
        raise LookupError(f"{bucket}/{input_key}") from error
    whole = pd.read_csv(
        io.BytesIO(stream.read()),
        header=None,
        dtype=str,
        keep_default_na=False,
        na_values=[""],
        encoding="utf-8",
        compression="gzip" if input_key.lower().endswith("gz") else None,
    )
    header = whole.iloc[0].fillna("")
    clean = process_data(whole.iloc[1:])
    output = clean.set_axis(header, axis=1).to_csv(index=False)
    s3.put_object(Bucket=bucket, Key=output_key, Body=output.encode())
    return len(clean.index)
