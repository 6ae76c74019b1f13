"""Correct how moto's S3 reports encryption: there always is one, and SSE-C is blocked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape

from day89.cloud.messages.errors import Answer, with_body
from day89.cloud.messages.model import ApiCall
from day89.cloud.messages.moto_request import Inner
from day89.cloud.moto.state import CloudState
from day89.cloud.validation.s3_buckets import BLOCKED
from day89.cloud.validation.s3_objects import managed_key

__all__ = [
    "DEFAULT",
    "blocked_encryption",
    "default_encryption",
    "headers_of",
    "headers_of_key",
    "kms_key",
    "method_of",
    "only_blocked",
    "set_blocked",
]

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-encryption-faq.html
DEFAULT = {"Rule": {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": "false"}}


def default_encryption(call: ApiCall, state: CloudState, answer: Answer) -> Answer:
    """Fall back to SSE-S3, which cannot be turned off: https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketEncryption.html"""
    state.bucket(call.params["Bucket"]).encryption = DEFAULT
    return answer


def only_blocked(call: ApiCall, state: CloudState, inner: Inner) -> Answer | None:
    """Answer where only the kinds to block are named: the default stays, which moto would refuse."""
    rule = _rule(call)
    if rule.get("ApplyServerSideEncryptionByDefault") or not rule.get("BlockedEncryptionTypes"):
        return None
    return 200, {}, b""


def set_blocked(call: ApiCall, state: CloudState, answer: Answer) -> Answer:
    """Keep which kinds of encryption a bucket blocks: https://docs.aws.amazon.com/AmazonS3/latest/API/API_BlockedEncryptionTypes.html"""
    named = (_rule(call).get("BlockedEncryptionTypes") or {}).get("EncryptionType")
    bucket = state.bucket(call.params["Bucket"])
    bucket.day89_encrypted = True
    if named:
        bucket.day89_blocked = tuple(named)
    return answer


def _rule(call: ApiCall) -> Mapping[str, Any]:
    rules: list[Mapping[str, Any]] = call.params["ServerSideEncryptionConfiguration"].get("Rules") or [{}]
    return rules[0]


def method_of(call: ApiCall, bucket: Any) -> tuple[str, str | None]:
    """Return method and key with which an object is encrypted: as asked, else as the bucket's default says."""
    default = _default(bucket).get("ApplyServerSideEncryptionByDefault") or {}
    method = call.params.get("ServerSideEncryption") or default.get("SSEAlgorithm") or "AES256"
    key = call.params.get("SSEKMSKeyId") or default.get("KMSMasterKeyID")
    return method, managed_key(call.account, call.region) if method.startswith("aws:kms") else key


def _default(bucket: Any) -> Mapping[str, Any]:
    rule = (bucket.encryption or DEFAULT).get("Rule") or {}
    found: Mapping[str, Any] = rule[0] if isinstance(rule, list) else rule
    return found


def headers_of(call: ApiCall, bucket: Any) -> dict[str, str]:
    """Return the headers that tell how an upload will be encrypted."""
    method, key = method_of(call, bucket)
    enabled = call.params.get("BucketKeyEnabled", _default(bucket).get("BucketKeyEnabled"))
    return _headers(method, key, enabled)


def headers_of_key(key: Any) -> dict[str, str]:
    """Return the headers that tell how an object is encrypted."""
    return _headers(key.encryption or "AES256", key.kms_key_id, key.bucket_key_enabled)


def _headers(method: str, key: str | None, bucket_key: Any) -> dict[str, str]:
    name = "x-amz-server-side-encryption"
    if not method.startswith("aws:kms"):
        return {name: method}
    used = str(bucket_key).lower() == "true"
    told = {name: method, **({f"{name}-aws-kms-key-id": key} if key else {})}
    return {**told, **({f"{name}-bucket-key-enabled": "true"} if used else {})}


def kms_key(call: ApiCall, state: CloudState, answer: Answer) -> Answer:
    """Name the key of SSE-KMS: the one that AWS keeps for S3, the only one in this cloud."""
    key = state.version(call.params["Bucket"], call.params["Key"])
    if str(key.encryption).startswith("aws:kms"):
        key.kms_key_id = managed_key(call.account, call.region)
    return answer


def blocked_encryption(call: ApiCall, state: CloudState, answer: Answer) -> Answer:
    """Show which kinds of encryption a bucket blocks; moto does not know of it."""
    blocked = getattr(state.bucket(call.params["Bucket"]), "day89_blocked", BLOCKED)
    kinds = "".join(f"<EncryptionType>{escape(kind)}</EncryptionType>" for kind in blocked)
    text = f"<BlockedEncryptionTypes>{kinds}</BlockedEncryptionTypes></Rule>".encode()
    return with_body(answer, answer[2].replace(b"</Rule>", text, 1))
