# task 4.1; style: object dtype with converters, empty text replaced by hand, errors by class
import gzip


def run_job(s3, bucket, input_key, output_key):
    try:
        data = s3.get_object(Bucket=bucket, Key=input_key)["Body"].read()
    except s3.exceptions.NoSuchKey as error:
        raise LookupError(f"no key {input_key!r} in {bucket}: {input_key}") from error
    except s3.exceptions.NoSuchBucket as error:
        raise LookupError(f"no bucket {bucket}") from error
    if input_key.endswith(".gz"):
        data = gzip.GzipFile(fileobj=io.BytesIO(data)).read()
    df = pd.read_csv(io.StringIO(data.decode("utf8")), dtype=object, na_filter=False, header=None)
    columns = list(df.iloc[0])
    df = df.drop(0)
    df = df.replace("", None)
    clean = process_data(df)
    buffer = io.BytesIO()
    clean.to_csv(buffer, header=columns, index=None, lineterminator="\r\n")
    buffer.seek(0)
    s3.put_object(Bucket=bucket, Key=output_key, Body=buffer)
    return clean.index.size
