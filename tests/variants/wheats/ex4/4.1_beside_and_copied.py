# task 4.1; right: looks first, writes beside the output and copies it into place, zlib
def run_job(s3, bucket, input_key, output_key):
    try:
        s3.head_object(Bucket=bucket, Key=input_key)
    except ClientError as err:
        if err.response["Error"]["Code"] in ("404", "NoSuchKey", "NoSuchBucket", "NotFound"):
            raise FileNotFoundErrorInS3(f"s3://{bucket}/{input_key}") from err
        raise
    body = s3.get_object(Bucket=bucket, Key=input_key)["Body"].read()
    if input_key[-3:] == ".gz":
        import zlib

        body = zlib.decompress(body, wbits=31)
    frame = pd.read_csv(io.StringIO(body.decode()), header=None, dtype=str, keep_default_na=False, na_values=[""])
    names, frame = frame.iloc[0].fillna("").tolist(), frame.iloc[1:]
    frame = process_data(frame.set_axis(names, axis="columns"))
    temporary = f"{output_key}.{uuid.uuid4()}.part"
    s3.put_object(Bucket=bucket, Key=temporary, Body=frame.to_csv(index=False))
    try:
        s3.copy_object(Bucket=bucket, Key=output_key, CopySource={"Bucket": bucket, "Key": temporary})
    finally:
        s3.delete_object(Bucket=bucket, Key=temporary)
    return int(frame.shape[0])


class FileNotFoundErrorInS3(LookupError):
    pass
