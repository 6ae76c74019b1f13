# task 4.1; mistake D10; wrong because without rows there is no header either
import csv
import gzip


def run_job(s3, bucket, input_key, output_key):
    with lookup_error(f"{bucket}/{input_key}", "NoSuchBucket", "NoSuchKey"):
        raw = s3.get_object(Bucket=bucket, Key=input_key)["Body"].read()
    if input_key.endswith(".gz"):
        raw = gzip.decompress(raw)
    rows = [
        {k: v or None for k, v in r.items()}
        for r in csv.DictReader(io.StringIO(raw.decode("utf-8"), newline=""), strict=True)
    ]
    if any(None in r for r in rows):
        raise ValueError("ragged")
    out = process_data(pd.DataFrame(rows)).to_dict("records")
    text = io.StringIO()
    if out:
        w = csv.DictWriter(text, out[0].keys())
        w.writeheader()
        w.writerows(out)
    s3.put_object(Bucket=bucket, Key=output_key, Body=text.getvalue().encode())
    return len(out)
