# task 4.1; style: pandas
def run_job(s3, bucket: str, input_key: str, output_key: str) -> int:
    import gzip
    import io

    from botocore.exceptions import ClientError

    try:
        body = s3.get_object(Bucket=bucket, Key=input_key)["Body"].read()
    except ClientError as error:
        if error.response["Error"]["Code"] in ("NoSuchKey", "NoSuchBucket", "404"):
            raise LookupError(f"s3://{bucket}/{input_key} does not exist") from error
        raise
    if input_key.endswith(".gz"):
        body = gzip.decompress(body)
    text = body.decode("utf-8")
    df = pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False, na_values=[""], header=None)
    df = df[1:].set_axis(["" if pd.isna(name) else name for name in df.loc[0]], axis=1)
    result = process_data(df)
    output = result.to_csv(index=False).encode("utf-8")
    s3.put_object(Bucket=bucket, Key=output_key, Body=output, ContentType="text/csv")
    return len(result)
