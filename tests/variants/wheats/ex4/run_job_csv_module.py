# task 4.1; style: csv module, gzip, text wrappers, codes of errors
import csv
import gzip


def run_job(s3, bucket, input_key, output_key):
    try:
        body = s3.get_object(Bucket=bucket, Key=input_key)["Body"].read()
    except ClientError as error:
        if error.response["Error"]["Code"] in {"NoSuchKey", "NoSuchBucket"}:
            raise LookupError(f"{bucket}/{input_key}") from None
        raise
    text = (gzip.decompress(body) if input_key.endswith(".gz") else body).decode("utf-8")
    header, *rows = csv.reader(io.StringIO(text, newline=""))
    if any(len(row) > len(header) for row in rows):
        raise ValueError("a row has more fields than the header")
    kept = [row for row in rows if all(field != "" for field in row)]
    out = io.StringIO(newline="")
    csv.writer(out).writerows([header, *kept])
    s3.upload_fileobj(io.BytesIO(out.getvalue().encode("utf-8")), bucket, output_key)
    return len(kept)
