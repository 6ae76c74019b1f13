"""Rows of the ledger: S3, objects."""

from __future__ import annotations

from typing import Any

from ledger.row import DOCS, Aws, Row, outcome

API = DOCS + "AmazonS3/latest/API/"
GUIDE = DOCS + "AmazonS3/latest/userguide/"
B = "probe-bucket"


def max_keys(aws: Aws) -> str:
    s3 = aws.bucket()
    for number in range(1001):
        s3.put_object(Bucket=B, Key=f"{number:04}")
    answer = s3.list_objects_v2(Bucket=B, MaxKeys=5000)
    return f"{len(answer['Contents'])} {answer['IsTruncated']}"


def bad_upload(aws: Aws) -> str:
    return outcome(aws.bucket().upload_part, Bucket=B, Key="k", UploadId="nope", PartNumber=1, Body=b"x")


def reversed_parts(aws: Aws) -> str:
    s3 = aws.bucket()
    upload = s3.create_multipart_upload(Bucket=B, Key="k")["UploadId"]
    parts = [
        {
            "PartNumber": n,
            "ETag": s3.upload_part(Bucket=B, Key="k", UploadId=upload, PartNumber=n, Body=bytes(5 << 20))["ETag"],
        }
        for n in (1, 2)
    ]
    options = {"Bucket": B, "Key": "k", "UploadId": upload, "MultipartUpload": {"Parts": parts[::-1]}}
    return outcome(s3.complete_multipart_upload, **options)


def delete_many(count: int) -> Any:
    def probe(aws: Aws) -> str:
        objects = [{"Key": str(number)} for number in range(count)]
        return outcome(aws.bucket().delete_objects, Bucket=B, Delete={"Objects": objects})

    return probe


def put(**options: Any) -> Any:
    return lambda aws: outcome(aws.bucket().put_object, **{"Bucket": B, "Key": "k", "Body": b"x", **options})


def name(bucket: str) -> Any:
    return lambda aws: outcome(aws.s3.create_bucket, Bucket=bucket)


def checksum_type(aws: Aws) -> str:
    s3 = aws.bucket()
    return " ".join(sorted(name for name in s3.put_object(Bucket=B, Key="k", Body=b"x") if name.startswith("Checksum")))


def restore(aws: Aws) -> str:
    s3 = aws.bucket()
    s3.put_object(Bucket=B, Key="k", Body=b"x", StorageClass="GLACIER")
    s3.restore_object(Bucket=B, Key="k", RestoreRequest={"Days": 1})
    return str(s3.head_object(Bucket=B, Key="k")["Restore"].split(",")[0])


ROWS = (
    Row("s3: MaxKeys=5000 with 1,001 keys", max_keys, "1000 True", "1001 False", API + "API_ListObjectsV2.html"),
    Row(
        "s3: part of an upload that is not there",
        bad_upload,
        "NoSuchUpload 404",
        "KeyError",
        API + "API_UploadPart.html",
    ),
    Row(
        "s3: complete with the parts reversed",
        reversed_parts,
        "InvalidPartOrder 400",
        "OK",
        API + "API_CompleteMultipartUpload.html",
    ),
    Row(
        "s3: wrong Content-MD5",
        put(ContentMD5="AAAAAAAAAAAAAAAAAAAAAA=="),
        "BadDigest 400",
        "OK",
        GUIDE + "checking-object-integrity.html",
    ),
    Row(
        "s3: wrong ChecksumSHA256",
        put(ChecksumSHA256="n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg="),
        "BadDigest 400",
        "OK",
        GUIDE + "checking-object-integrity.html",
    ),
    Row(
        "s3: checksums in the answer to a put",
        checksum_type,
        "ChecksumCRC32 ChecksumType",
        "ChecksumCRC32",
        API + "API_PutObject.html",
    ),
    Row("s3: 2 KB of metadata", put(Metadata={"a": "x" * 2047}), "OK", "OK", GUIDE + "UsingMetadata.html"),
    Row(
        "s3: over 2 KB of metadata",
        put(Metadata={"a": "x" * 2048}),
        "MetadataTooLarge 400",
        "OK",
        GUIDE + "UsingMetadata.html",
    ),
    Row("s3: key of 1,024 bytes", put(Key="k" * 1024), "OK", "OK", GUIDE + "object-keys.html"),
    Row("s3: key of 1,025 bytes", put(Key="k" * 1025), "KeyTooLongError 400", "OK", GUIDE + "object-keys.html"),
    Row("s3: delete_objects with 1,000 keys", delete_many(1000), "OK", "OK", API + "API_DeleteObjects.html"),
    Row(
        "s3: delete_objects with 1,001 keys",
        delete_many(1001),
        "MalformedXML 400",
        "OK",
        API + "API_DeleteObjects.html",
    ),
    Row(
        "s3: delete_objects with none",
        delete_many(0),
        "MalformedXML 400",
        "MalformedXML 400",
        API + "API_DeleteObjects.html",
    ),
    Row(
        "s3: storage class Glacier",
        put(StorageClass="Glacier"),
        "InvalidStorageClass 400",
        "InvalidStorageClass 400",
        API + "API_PutObject.html",
    ),
    Row(
        "s3: restore from GLACIER, asked at once",
        restore,
        'ongoing-request="true"',
        'ongoing-request="false"',
        API + "API_RestoreObject.html",
    ),
)
