"""Refuse calls about objects as S3 does. Error codes: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Mapping
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from day89.cloud.messages.checksums import ALGORITHMS, checksum, is_checksum
from day89.cloud.messages.model import ApiCall, AwsError
from day89.cloud.moto.state import CloudState

__all__ = ["MALFORMED", "RULES", "SSE", "managed_key"]

KEYS_A_DELETE = 1000
KEY_BYTES = 1024
METADATA_BYTES = 2048
KEY_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
CLASSES = frozenset(
    {
        "STANDARD",
        "REDUCED_REDUNDANCY",
        "STANDARD_IA",
        "ONEZONE_IA",
        "INTELLIGENT_TIERING",
        "GLACIER",
        "GLACIER_IR",
        "DEEP_ARCHIVE",
    }
)
SSE = frozenset({"AES256", "aws:kms", "aws:kms:dsse", "aws:fsx"})
MALFORMED = AwsError(
    "MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema"
)


def key_length(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse keys over 1,024 bytes: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html"""
    size = len(call.params.get("Key", "").encode())
    if size <= KEY_BYTES:
        return None
    fields = {"Size": str(size), "MaxSizeAllowed": str(KEY_BYTES)}
    return AwsError("KeyTooLongError", "Your key is too long", 400, fields)


def metadata_size(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse over 2 KB of metadata: https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html"""
    given = call.params.get("Metadata") or {}
    size = sum(len(name.encode()) + len(str(value).encode()) for name, value in given.items())
    if size <= METADATA_BYTES:
        return None
    fields = {"Size": str(size), "MaxSizeAllowed": str(METADATA_BYTES)}
    return AwsError("MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size", 400, fields)


def delete_count(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse none and over 1,000 keys: https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html"""
    objects = (call.params.get("Delete") or {}).get("Objects") or []
    return None if 0 < len(objects) <= KEYS_A_DELETE else MALFORMED


def body_digest(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse a body that is not what Content-MD5 or a checksum header says.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
    """
    md5 = call.headers.get("Content-MD5")
    if md5 is not None:
        refusal = _check_md5(md5, call.body)
        if refusal is not None:
            return refusal
    named = ((name, call.params.get(f"Checksum{name.upper()}")) for name in ALGORITHMS)
    said = {name: str(value) for name, value in named if value}
    if len(said) > 1:
        message = "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed."
        return AwsError("InvalidRequest", message)
    for algorithm, value in said.items():
        if not is_checksum(algorithm, value):
            return AwsError("InvalidRequest", f"Value for x-amz-checksum-{algorithm} header is invalid.")
        if value != checksum(algorithm, call.body):
            message = f"The {algorithm.upper()} you specified did not match the calculated checksum."
            return AwsError("BadDigest", message)
    return None


def _check_md5(said: str, body: bytes) -> AwsError | None:
    try:
        wanted = base64.b64decode(said, validate=True)
    except (binascii.Error, ValueError):
        wanted = b""
    if len(wanted) != 16:
        return AwsError("InvalidDigest", "The Content-MD5 you specified was invalid.", 400, {"Content-MD5": said})
    found = hashlib.md5(body, usedforsecurity=False).digest()
    if wanted != found:
        fields = {"ExpectedDigest": wanted.hex(), "CalculatedDigest": base64.b64encode(found).decode()}
        return AwsError("BadDigest", "The Content-MD5 you specified did not match what we received.", 400, fields)
    return None


def object_encryption(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse unknown methods and keys: https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html"""
    method, key = call.params.get("ServerSideEncryption"), call.params.get("SSEKMSKeyId")
    if method is not None and method not in SSE:
        fields = {"ArgumentName": "x-amz-server-side-encryption", "ArgumentValue": method}
        return AwsError("InvalidArgument", "The encryption method specified is not supported", 400, fields)
    if key and not (method or "aws:kms").startswith("aws:kms"):
        header = "x-amz-server-side-encryption"
        message = f"Server Side Encryption with AWS KMS managed key requires HTTP header {header} : aws:kms"
        return AwsError("InvalidArgument", message, 400, {"ArgumentName": header})
    key = key or _default_key(state.bucket(call.params.get("Bucket", "")))
    managed = managed_key(call.account, call.region)
    if not key or key in managed or key.endswith("alias/aws/s3"):
        return None
    # The cloud serves no KMS: only the key that AWS keeps for S3 exists in it.
    if not KEY_ID.search(key):
        return AwsError("KMS.NotFoundException", f"Invalid keyId '{key}'")
    arn = key if key.startswith("arn:") else f"{managed.rpartition('/')[0]}/{key}"
    return AwsError("KMS.NotFoundException", f"Key '{arn}' does not exist")


def managed_key(account: str, region: str) -> str:
    """Return the ARN of the KMS key that AWS keeps for S3 in an account and region."""
    return f"arn:aws:kms:{region}:{account}:key/{uuid5(NAMESPACE_URL, f'{account}/{region}/aws/s3')}"


def _default_key(bucket: Any) -> str | None:
    rule = (getattr(bucket, "encryption", None) or {}).get("Rule") or {}
    rule = rule[0] if isinstance(rule, list) else rule
    key = (rule.get("ApplyServerSideEncryptionByDefault") or {}).get("KMSMasterKeyID")
    return str(key) if key else None


def storage_class(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse storage classes that a bucket does not have: https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-class-intro.html"""
    given = call.params.get("StorageClass")
    if given is None or given in CLASSES:
        return None
    message = "The storage class you specified is not valid"
    return AwsError("InvalidStorageClass", message, 400, {"StorageClassRequested": given})


def redirect_location(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse redirects to what is no address: https://docs.aws.amazon.com/AmazonS3/latest/userguide/how-to-page-redirect.html"""
    given = call.params.get("WebsiteRedirectLocation")
    if given is None or given.startswith(("http://", "https://", "/")):
        return None
    message = "The website redirect location must have a prefix of 'http://' or 'https://' or '/'."
    return AwsError("InvalidRedirectLocation", message)


WRITES: tuple[Callable[[ApiCall, CloudState], AwsError | None], ...] = (
    key_length,
    metadata_size,
    storage_class,
    redirect_location,
    object_encryption,
    body_digest,
)
RULES: Mapping[str, tuple[Callable[[ApiCall, CloudState], AwsError | None], ...]] = {
    "s3.PutObject": WRITES,
    "s3.CopyObject": WRITES[:-1],
    "s3.CreateMultipartUpload": WRITES[:-1],
    "s3.UploadPart": (body_digest,),
    "s3.DeleteObjects": (delete_count, body_digest),
    "s3.PutBucketVersioning": (body_digest,),
    "s3.PutBucketEncryption": (body_digest,),
}
