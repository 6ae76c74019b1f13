# task 5.1; style: a multipart upload by hand, whose end carries the condition
def save_model(s3, model, bucket, name):
    buffer = io.BytesIO()
    joblib.dump(model, buffer, protocol=4)
    data = buffer.getvalue()
    while True:
        key = f"models/{name}/v{max(_versions(s3, bucket, name), default=0) + 1}/model.joblib"
        metadata = {"sha256": hashlib.sha256(data).hexdigest()}
        upload = s3.create_multipart_upload(Bucket=bucket, Key=key, Metadata=metadata)["UploadId"]
        at = {"Bucket": bucket, "Key": key, "UploadId": upload}
        try:
            part = s3.upload_part(**at, PartNumber=1, Body=data)
            parts = {"Parts": [{"ETag": part["ETag"], "PartNumber": 1}]}
            s3.complete_multipart_upload(**at, MultipartUpload=parts, IfNoneMatch="*")
        except ClientError as error:
            s3.abort_multipart_upload(**at)
            if error.response["Error"]["Code"] not in ("PreconditionFailed", "ConditionalRequestConflict"):
                raise
        else:
            return int(key.split("/")[-2][1:])
