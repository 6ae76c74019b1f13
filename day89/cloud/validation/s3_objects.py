"""Refuse calls about objects as S3 does. Error codes: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

from day89.cloud.messages.checksums import ALGORITHMS, SLOW, checksum
from day89.cloud.messages.model import ApiCall, Refusal
from day89.cloud.moto.state import State

__all__ = ["MALFORMED", "RULES", "SSE"]

KEYS_A_DELETE = 1000
KEY_BYTES = 1024
METADATA_BYTES = 2048
SLOW_LIMIT_BYTES = 256 * 1024
CANNED_ACLS = frozenset({"bucket-owner-full-control"})
SSE = frozenset({"AES256", "aws:kms", "aws:kms:dsse", "aws:fsx"})
MALFORMED = Refusal(
    "MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema"
)


def key_length(call: ApiCall, state: State) -> Refusal | None:
    """Refuse keys over 1,024 bytes: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html"""
    size = len(call.params.get("Key", "").encode())
    if size <= KEY_BYTES:
        return None
    fields = {"Size": str(size), "MaxSizeAllowed": str(KEY_BYTES)}
    return Refusal("KeyTooLongError", "Your key is too long", 400, fields)


def metadata_size(call: ApiCall, state: State) -> Refusal | None:
    """Refuse over 2 KB of metadata: https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html"""
    given = call.params.get("Metadata") or {}
    size = sum(len(name.encode()) + len(str(value).encode()) for name, value in given.items())
    if size <= METADATA_BYTES:
        return None
    fields = {"Size": str(size), "MaxSizeAllowed": str(METADATA_BYTES)}
    return Refusal("MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size", 400, fields)


def delete_count(call: ApiCall, state: State) -> Refusal | None:
    """Refuse over 1,000 keys: https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html"""
    return MALFORMED if len(call.params.get("Delete", {}).get("Objects") or []) > KEYS_A_DELETE else None


def body_digest(call: ApiCall, state: State) -> Refusal | None:
    """Refuse a body that is not what Content-MD5 or a checksum header says.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
    """
    md5 = call.headers.get("Content-MD5")
    if md5 is not None:
        refusal = _check_md5(md5, call.body)
        if refusal is not None:
            return refusal
    for algorithm in ALGORITHMS:
        said = call.params.get(f"Checksum{algorithm.upper()}") or call.headers.get(f"x-amz-checksum-{algorithm}")
        if said and not _too_slow(algorithm, call.body) and said != checksum(algorithm, call.body):
            message = f"The {algorithm.upper()} you specified did not match the calculated checksum."
            return Refusal("BadDigest", message)
    return None


def _check_md5(said: str, body: bytes) -> Refusal | None:
    try:
        wanted = base64.b64decode(said, validate=True)
    except (binascii.Error, ValueError):
        wanted = b""
    if len(wanted) != 16:
        return Refusal("InvalidDigest", "The Content-MD5 you specified was invalid.", 400, {"Content-MD5": said})
    if wanted != hashlib.md5(body, usedforsecurity=False).digest():
        return Refusal("BadDigest", "The Content-MD5 you specified did not match what we received.")
    return None


def _too_slow(algorithm: str, body: bytes) -> bool:
    return algorithm in SLOW and len(body) > SLOW_LIMIT_BYTES


def no_acls(call: ApiCall, state: State) -> Refusal | None:
    """Refuse ACLs on a bucket that has them off, as every new one has.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html
    """
    bucket = state.bucket(call.params.get("Bucket", ""))
    grants = any(name.startswith("Grant") for name in call.params) or "AccessControlPolicy" in call.params
    acl = call.params.get("ACL")
    if bucket is None or not _acls_off(bucket) or not (grants or (acl and acl not in CANNED_ACLS)):
        return None
    return Refusal("AccessControlListNotSupported", "The bucket does not allow ACLs")


def _acls_off(bucket: Any) -> bool:
    return "BucketOwnerEnforced" in json.dumps(bucket.ownership_rule or {"ObjectOwnership": "BucketOwnerEnforced"})


def object_encryption(call: ApiCall, state: State) -> Refusal | None:
    """Refuse unknown methods and keys: https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html"""
    method, key = call.params.get("ServerSideEncryption"), call.params.get("SSEKMSKeyId")
    if method is not None and method not in SSE:
        fields = {"ArgumentName": "x-amz-server-side-encryption", "ArgumentValue": method}
        return Refusal("InvalidArgument", "The encryption method specified is not supported", 400, fields)
    key = key or _default_key(state.bucket(call.params.get("Bucket", "")))
    if key and not key.endswith("alias/aws/s3"):
        # The cloud serves no KMS: only the key that AWS keeps for S3 exists in it.
        return Refusal("KMS.NotFoundException", f"Invalid keyId '{key}'")
    return None


def _default_key(bucket: Any) -> str | None:
    rule = (getattr(bucket, "encryption", None) or {}).get("Rule") or {}
    rule = rule[0] if isinstance(rule, list) else rule
    key = (rule.get("ApplyServerSideEncryptionByDefault") or {}).get("KMSMasterKeyID")
    return str(key) if key else None


def known_upload(call: ApiCall, state: State) -> Refusal | None:
    """Refuse upload ids that are not there: https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPart.html"""
    bucket = state.bucket(call.params.get("Bucket", ""))
    if bucket is None or call.params.get("UploadId") in bucket.multiparts:
        return None
    message = (
        "The specified upload does not exist. The upload ID may be invalid, "
        "or the upload may have been aborted or completed."
    )
    return Refusal("NoSuchUpload", message, 404, {"UploadId": str(call.params.get("UploadId"))})


def part_order(call: ApiCall, state: State) -> Refusal | None:
    """Refuse parts out of order: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html"""
    numbers = [int(part["PartNumber"]) for part in call.params.get("MultipartUpload", {}).get("Parts") or []]
    if numbers == sorted(set(numbers)):
        return None
    message = "The list of parts was not in ascending order. The parts list must be specified in order by part number."
    return Refusal("InvalidPartOrder", message)


WRITES: tuple[Callable[[ApiCall, State], Refusal | None], ...] = (
    key_length,
    metadata_size,
    no_acls,
    object_encryption,
    body_digest,
)
RULES: Mapping[str, tuple[Callable[[ApiCall, State], Refusal | None], ...]] = {
    "s3.PutObject": WRITES,
    "s3.CopyObject": (key_length, metadata_size, no_acls, object_encryption),
    "s3.CreateMultipartUpload": (key_length, metadata_size, no_acls, object_encryption),
    "s3.UploadPart": (known_upload, body_digest),
    "s3.UploadPartCopy": (known_upload,),
    "s3.ListParts": (known_upload,),
    "s3.AbortMultipartUpload": (known_upload,),
    "s3.CompleteMultipartUpload": (known_upload, part_order),
    "s3.DeleteObjects": (delete_count, body_digest),
    "s3.PutBucketAcl": (no_acls,),
    "s3.PutObjectAcl": (no_acls,),
    "s3.PutBucketVersioning": (body_digest,),
    "s3.PutBucketEncryption": (body_digest,),
}
