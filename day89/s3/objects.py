"""Put single objects into S3, get them out, look at them, copy and share them."""

from __future__ import annotations

import mimetypes
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from day89.errors import IntegrityError, InvalidInputError, NotFoundError, not_found
from day89.s3.listing import ObjectInfo
from day89.s3.transfer import Progress, file_sha256, receive, send

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

__all__ = [
    "copy_object",
    "describe_object",
    "download_file",
    "object_exists",
    "presign",
    "upload_file",
    "verify_file",
]

PRESIGN_SECONDS_MAX = 7 * 24 * 3600  # Signature Version 4 allows seven days
PRESIGN_OPERATIONS = {"GET": "get_object", "PUT": "put_object", "HEAD": "head_object", "DELETE": "delete_object"}


def upload_file(
    s3: S3Client,
    path: str | os.PathLike[str],
    bucket: str,
    key: str,
    *,
    storage_class: str = "STANDARD",
    metadata: dict[str, str] | None = None,
    checksum: bool = False,
    streams: int = 4,
    progress: Progress | None = None,
) -> str:
    """Upload a local file.

    Args:
        s3: S3 client.
        path: local file.
        bucket: bucket name.
        key: key of the object; its extension decides the Content-Type.
        storage_class: such as ``"STANDARD"`` or ``"STANDARD_IA"``.
        metadata: user metadata; S3 stores the names in lower case.
        checksum: also keep the file's SHA-256 as user metadata ``sha256``, which `download_file(verify=True)` checks.
        streams: parts of a file over 64 MiB to send at the same time.
        progress: called with (bytes done, bytes in total) while it goes.

    Returns:
        ``s3://BUCKET/KEY``.

    Raises:
        FileNotFoundError: there is no such file; nothing was sent.
        NotFoundError: there is no such bucket.
        IntegrityError: with checksum, the file changed meanwhile: the object does not have the SHA-256 that is kept.

    See https://docs.aws.amazon.com/AmazonS3/latest/userguide/upload-objects.html
    """
    extra: dict[str, Any] = {"StorageClass": storage_class}
    if content_type := mimetypes.guess_type(key)[0]:
        extra["ContentType"] = content_type
    before = _state(path) if checksum else None
    digest = {"sha256": file_sha256(path)} if checksum else {}
    if digest or metadata:
        extra["Metadata"] = {**(metadata or {}), **digest}
    with not_found(f"bucket {bucket}"):
        send(s3, Path(path), bucket, key, extra, streams=streams, progress=progress)
    if checksum and _state(path) != before:
        raise IntegrityError(f"{path} changed while it was uploaded to s3://{bucket}/{key}: upload it again")
    return f"s3://{bucket}/{key}"


def _state(path: str | os.PathLike[str]) -> tuple[int, int]:
    found = Path(path).stat()
    return found.st_size, found.st_mtime_ns


def download_file(
    s3: S3Client,
    bucket: str,
    key: str,
    path: str | os.PathLike[str],
    *,
    version_id: str | None = None,
    verify: bool = False,
    streams: int = 1,
    progress: Progress | None = None,
) -> Path:
    """Download an object to a local file, all of it or not at all.

    The bytes go to a temporary file in the same folder that replaces ``path`` at the end, so a reader never sees half a
    file and a failure leaves what was there. A connection that breaks is taken up again where it broke.

    Args:
        s3: S3 client.
        bucket: bucket name.
        key: key of the object.
        path: local file; missing parent folders are made.
        version_id: an older version; None is the current one.
        verify: compare with the SHA-256 that ``upload_file(checksum=True)`` kept.
        streams: parts to fetch at the same time. One is fastest on a short wire; four to eight help on a long one.
        progress: called with (bytes done, bytes in total) while it goes.

    Returns:
        The path.

    Raises:
        NotFoundError: no such bucket, key or version.
        IntegrityError: the bytes are not those that were uploaded, or verify was asked and there is no checksum.
    """
    target = Path(path)
    with not_found(f"s3://{bucket}/{key}"):
        receive(s3, bucket, key, target, version_id=version_id, verify=verify, streams=streams, progress=progress)
    return target


def verify_file(s3: S3Client, path: str | os.PathLike[str], bucket: str, key: str) -> bool:
    """Return whether a local file has the SHA-256 that is kept with the object.

    Raises:
        NotFoundError: no such object, or it keeps no checksum.
    """
    kept = dict(describe_object(s3, bucket, key).metadata).get("sha256")
    if kept is None:
        raise NotFoundError(f"s3://{bucket}/{key} keeps no sha256: upload it with checksum=True")
    return file_sha256(path) == kept


def describe_object(s3: S3Client, bucket: str, key: str, *, version_id: str | None = None) -> ObjectInfo:
    """Return what S3 knows about an object, without its bytes.

    Raises:
        NotFoundError: no such bucket, key or version. A 403 reaches the caller: it does not mean absent.

    See https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
    """
    version: Any = {"VersionId": version_id} if version_id else {}
    with not_found(f"s3://{bucket}/{key}"):
        head = s3.head_object(Bucket=bucket, Key=key, **version)
    return ObjectInfo(
        key=key,
        size=head["ContentLength"],
        etag=head["ETag"].strip('"'),
        modified=head["LastModified"],
        storage_class=head.get("StorageClass", "STANDARD"),  # S3 leaves it out for STANDARD
        version_id=head.get("VersionId"),
        content_type=head.get("ContentType"),
        metadata=tuple(sorted(head.get("Metadata", {}).items())),
    )


def object_exists(s3: S3Client, bucket: str, key: str) -> bool:
    """Return whether the object exists; an answer of 403 is raised, since it says neither yes nor no."""
    try:
        describe_object(s3, bucket, key)
    except NotFoundError:
        return False
    return True


def copy_object(s3: S3Client, bucket: str, key: str, to_bucket: str, to_key: str) -> str:
    """Copy an object inside S3, with its metadata; the bytes do not pass through this machine.

    Objects over 5 GB are copied in parts.

    Returns:
        ``s3://TO_BUCKET/TO_KEY``.

    Raises:
        NotFoundError: no such source, or no such target bucket.
    """
    with not_found(f"s3://{bucket}/{key} or bucket {to_bucket}"):
        s3.copy({"Bucket": bucket, "Key": key}, to_bucket, to_key)
    return f"s3://{to_bucket}/{to_key}"


def presign(s3: S3Client, bucket: str, key: str, *, method: str = "GET", seconds: int = 3600) -> str:
    """Return a URL that lets its holder make one kind of request for one object, without credentials.

    Signing asks nothing of AWS: the object need not exist, and the URL ends with the credentials that signed it.

    Args:
        s3: S3 client.
        bucket: bucket name.
        key: key of the object.
        method: ``"GET"``, ``"PUT"``, ``"HEAD"`` or ``"DELETE"``; the method is part of the signature.
        seconds: how long it is good for, at most seven days.

    Raises:
        InvalidInputError: an unknown method, or a time that Signature Version 4 does not allow.

    See https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-presigned-url.html
    """
    if method not in PRESIGN_OPERATIONS:
        raise InvalidInputError(f"method {method!r} is not one of {', '.join(PRESIGN_OPERATIONS)}")
    if not 1 <= seconds <= PRESIGN_SECONDS_MAX:
        raise InvalidInputError(f"a URL can be good for 1 to {PRESIGN_SECONDS_MAX} seconds, not {seconds}")
    # boto3 would sign S3 URLs with the old version 2, which regions since 2014 refuse.
    signer: Any = _version_4
    s3.meta.events.register_first("choose-signer.s3", signer)
    try:
        return s3.generate_presigned_url(
            PRESIGN_OPERATIONS[method], Params={"Bucket": bucket, "Key": key}, ExpiresIn=seconds
        )
    finally:
        s3.meta.events.unregister("choose-signer.s3", signer)


def _version_4(**_: Any) -> str:
    return "s3v4"
