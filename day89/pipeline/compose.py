"""Make one object of many inside S3: nothing of it is seen before all of it is there.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from day89.errors import not_found
from day89.s3 import open_object

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CopySourceTypeDef

__all__ = ["compose_object"]

PART_BYTES_MIN = 5 << 20  # of every part of a multipart upload but the last
PART_BYTES_MAX = 5 << 30


def compose_object(
    s3: S3Client,
    bucket: str,
    keys: Iterable[str],
    output_key: str,
    *,
    head: bytes = b"",
    content_type: str = "text/csv; charset=utf-8",
) -> str:
    """Put objects one after the other into one object.

    Objects of 5 MiB and more are copied within S3 and never come here; smaller ones pass through a buffer. The new
    object appears whole when the last part is there; where anything fails before, what was there stays, and no part is
    left.

    Args:
        s3: S3 client.
        bucket: bucket of all of them.
        keys: objects to put together, in order.
        output_key: key of the new object.
        head: bytes to put before the first one.
        content_type: Content-Type of the new object.

    Returns:
        The ETag of the new object.

    Raises:
        NotFoundError: one of the objects is not there.
    """
    target: Any = {"Bucket": bucket, "Key": output_key}
    with not_found(f"bucket {bucket}"):
        target["UploadId"] = s3.create_multipart_upload(**target, ContentType=content_type)["UploadId"]
    try:
        parts: list[Any] = [
            {"PartNumber": number, "ETag": _send(s3, target, number, piece)}
            for number, piece in enumerate(_pieces(s3, bucket, keys, head), 1)
        ]
        return s3.complete_multipart_upload(**target, MultipartUpload={"Parts": parts})["ETag"]
    except BaseException:  # an interrupt too: the parts of an unfinished upload are not seen, and are billed
        s3.abort_multipart_upload(**target)
        raise


def _send(s3: S3Client, target: Any, number: int, piece: bytes | CopySourceTypeDef) -> str:
    if isinstance(piece, bytes):
        return s3.upload_part(**target, PartNumber=number, Body=piece)["ETag"]
    copied: Any = s3.upload_part_copy(**target, PartNumber=number, CopySource=piece)
    return str(copied["CopyPartResult"]["ETag"])


def _pieces(s3: S3Client, bucket: str, keys: Iterable[str], head: bytes) -> Iterator[bytes | CopySourceTypeDef]:
    """Yield what becomes a part: bytes to send, or an object to copy. At least one; none but the last below 5 MiB."""
    waiting, sent = bytearray(head), False
    for key in keys:
        with not_found(f"s3://{bucket}/{key}"):
            size = s3.head_object(Bucket=bucket, Key=key)["ContentLength"]
        if not waiting and PART_BYTES_MIN <= size <= PART_BYTES_MAX:
            yield {"Bucket": bucket, "Key": key}
            sent = True
            continue
        with open_object(s3, bucket, key) as file:
            while chunk := file.read(PART_BYTES_MIN):
                waiting += chunk
                if len(waiting) >= PART_BYTES_MIN:
                    yield bytes(waiting)
                    waiting, sent = bytearray(), True
    if waiting or not sent:
        yield bytes(waiting)
