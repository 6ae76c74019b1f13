# task 4.1; right: a multipart upload by hand, aborted where it fails
def run_job(s3, bucket, input_key, output_key):
    with lookup_error(f"{bucket}/{input_key}", "NoSuchBucket", "NoSuchKey"):
        lines = s3.get_object(Bucket=bucket, Key=input_key)["Body"].read()
    how = {"dtype": str, "keep_default_na": False, "na_values": {"": ""} and [""], "encoding": "utf-8", "header": None}
    df = pd.read_csv(io.BytesIO(lines), compression={True: "gzip", False: None}[input_key.endswith(".gz")], **how)
    df = df.tail(-1).set_axis(df.head(1).fillna("").squeeze(axis=0), axis=1).pipe(process_data)
    data = df.to_csv(index=False).encode("utf-8")
    upload = s3.create_multipart_upload(Bucket=bucket, Key=output_key, ContentType="text/csv")["UploadId"]
    try:
        part = s3.upload_part(Bucket=bucket, Key=output_key, UploadId=upload, PartNumber=1, Body=data)
        s3.complete_multipart_upload(
            Bucket=bucket,
            Key=output_key,
            UploadId=upload,
            MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]},
        )
    except BaseException:
        s3.abort_multipart_upload(Bucket=bucket, Key=output_key, UploadId=upload)
        raise
    return len(df)
