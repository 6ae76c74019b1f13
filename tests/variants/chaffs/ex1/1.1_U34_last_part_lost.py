# task 1.1; mistake U34; wrong because a multipart upload that loses its last part, which is not full
def upload_file(s3, path, bucket, key, *, storage_class="STANDARD"):
    size = 5 * 1024 * 1024
    kind = mimetypes.guess_type(key)[0] or "application/octet-stream"
    with open(path, "rb") as f, lookup_error(bucket, "NoSuchBucket"):
        if os.path.getsize(path) <= size:
            s3.put_object(Bucket=bucket, Key=key, Body=f, ContentType=kind, StorageClass=storage_class)
            return f"s3://{bucket}/{key}"
        upload = s3.create_multipart_upload(Bucket=bucket, Key=key, ContentType=kind, StorageClass=storage_class)
        parts = []
        for number in range(1, os.path.getsize(path) // size + 1):
            answer = s3.upload_part(
                Bucket=bucket, Key=key, UploadId=upload["UploadId"], PartNumber=number, Body=f.read(size)
            )
            parts.append({"PartNumber": number, "ETag": answer["ETag"]})
        s3.complete_multipart_upload(
            Bucket=bucket, Key=key, UploadId=upload["UploadId"], MultipartUpload={"Parts": parts}
        )
    return f"s3://{bucket}/{key}"
