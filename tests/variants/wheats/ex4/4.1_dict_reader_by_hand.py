# task 4.1; right: csv.reader and process_data on a frame, upload_fileobj, string dtype
import csv
import gzip


def run_job(s3, bucket, input_key, output_key):
    buffer = io.BytesIO()
    try:
        s3.download_fileobj(bucket, input_key, buffer)
    except ClientError as error:
        if error.response["Error"]["Code"] in {"404", "NoSuchKey", "NoSuchBucket"}:
            raise LookupError(f"s3://{bucket}/{input_key}") from error
        raise
    data = buffer.getvalue()
    if input_key.endswith(".gz"):
        data = gzip.decompress(data)
    header, *rows = filter(None, csv.reader(io.StringIO(data.decode("utf-8"), newline="")))
    if any(len(row) > len(header) for row in rows):
        raise ValueError("a row is longer than the header")
    rows = [[value or None for value in row] + [None] * (len(header) - len(row)) for row in rows]
    df = process_data(pd.DataFrame(rows, columns=header, dtype=object))
    text = io.StringIO(newline="")
    df.to_csv(text, index=False, lineterminator="\r\n")
    s3.upload_fileobj(io.BytesIO(text.getvalue().encode("utf-8")), bucket, output_key)
    return int(df.shape[0])
