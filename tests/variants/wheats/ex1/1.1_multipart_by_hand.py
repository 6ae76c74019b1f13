# task 1.1; right: multipart by hand
def upload_file(s3, path, bucket, key, *, storage_class="STANDARD"):
    kind = mimetypes.guess_type(key)[0] or "application/octet-stream"
    with open(path, "rb") as file:
        try:
            upload = s3.create_multipart_upload(Bucket=bucket, Key=key, ContentType=kind, StorageClass=storage_class)[
                "UploadId"
            ]
        except ClientError as error:
            if error.response["Error"]["Code"] == "NoSuchBucket":
                raise LookupError(bucket) from error
            raise
        parts, number = [], 1
        try:
            while (chunk := file.read(8 * 1024 * 1024)) or number == 1:
                tag = s3.upload_part(Bucket=bucket, Key=key, UploadId=upload, PartNumber=number, Body=chunk)["ETag"]
                parts.append({"ETag": tag, "PartNumber": number})
                number += 1
            s3.complete_multipart_upload(Bucket=bucket, Key=key, UploadId=upload, MultipartUpload={"Parts": parts})
        except BaseException:
            s3.abort_multipart_upload(Bucket=bucket, Key=key, UploadId=upload)
            raise
    return f"s3://{bucket}/{key}"
