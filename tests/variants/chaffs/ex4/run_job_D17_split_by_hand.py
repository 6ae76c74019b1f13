# task 4.1; mistake D17; wrong because a comma or a line break within quotes does not separate anything
import gzip


def run_job(s3, bucket, input_key, output_key):
    with lookup_error(f"s3://{bucket}/{input_key}", "NoSuchKey", "NoSuchBucket"):
        raw = s3.get_object(Bucket=bucket, Key=input_key)["Body"].read()
    if input_key.endswith(".gz"):
        raw = gzip.decompress(raw)
    header, *lines = raw.decode().splitlines()
    kept = [line for line in lines if "" not in line.split(",")]
    s3.put_object(Bucket=bucket, Key=output_key, Body="\n".join([header, *kept, ""]).encode())
    return len(kept)
