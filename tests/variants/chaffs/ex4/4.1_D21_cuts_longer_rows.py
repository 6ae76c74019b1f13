# task 4.1; mistake D21; wrong because what is beyond the header is cut off
def run_job(s3, bucket, input_key, output_key):
    with lookup_error(f"s3://{bucket}/{input_key}", "NoSuchKey", "NoSuchBucket"):
        raw = s3.get_object(Bucket=bucket, Key=input_key)["Body"].read()
    packed = "gzip" if input_key.endswith(".gz") else None
    import csv
    import gzip

    lines = csv.reader(io.StringIO((gzip.decompress(raw) if packed else raw).decode("utf-8"), newline=""))
    header, *rows = [line for line in lines if line]
    table = pd.DataFrame([[row[at] or None if at < len(row) else None for at in range(len(header))] for row in rows])
    result = process_data(table.reindex(columns=range(len(header)))).set_axis(header, axis=1)
    s3.put_object(Bucket=bucket, Key=output_key, Body=result.to_csv(index=False).encode())
    return len(result)
