# task 4.1; right: the csv module, gzip.decompress, a DataFrame of objects
import csv
import gzip
import io


def run_job(s3, bucket, input_key, output_key):
    with lookup_error(f"s3://{bucket}/{input_key}", "NoSuchKey", "NoSuchBucket"):
        body = s3.get_object(Bucket=bucket, Key=input_key)["Body"].read()
    if input_key.endswith(".gz"):
        body = gzip.decompress(body)
    text = body.decode("utf-8")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    header, rows = rows[0], [r for r in rows[1:] if r]
    width = len(header)
    for r in rows:
        if len(r) > width:
            raise ValueError(f"too many fields: {r}")
    table = pd.DataFrame(
        [[(v if v != "" else None) for v in r] + [None] * (width - len(r)) for r in rows],
        columns=range(width),
        dtype=object,
    )
    out = process_data(table)
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(out.itertuples(index=False, name=None))
    s3.put_object(Bucket=bucket, Key=output_key, Body=buffer.getvalue().encode("utf-8"), ContentType="text/csv")
    return len(out)
