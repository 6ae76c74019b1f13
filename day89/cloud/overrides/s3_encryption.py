"""Correct how moto's S3 reports encryption: there always is one, and SSE-C is blocked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape

from day89.cloud.messages.errors import Answer, with_body
from day89.cloud.messages.model import ApiCall
from day89.cloud.messages.moto_request import Inner
from day89.cloud.moto.state import State
from day89.cloud.validation.s3_buckets import BLOCKED

__all__ = ["DEFAULT", "blocked_encryption", "default_encryption", "kms_key", "only_blocked", "set_blocked"]

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-encryption-faq.html
DEFAULT = {"Rule": {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": "false"}}


def default_encryption(call: ApiCall, state: State, answer: Answer) -> Answer:
    """Fall back to SSE-S3, which cannot be turned off: https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucketEncryption.html"""
    state.bucket(call.params["Bucket"]).encryption = DEFAULT
    return answer


def only_blocked(call: ApiCall, state: State, inner: Inner) -> Answer | None:
    """Answer where only the kinds to block are named: the default stays, which moto would refuse."""
    rule = _rule(call)
    if rule.get("ApplyServerSideEncryptionByDefault") or not rule.get("BlockedEncryptionTypes"):
        return None
    return 200, {}, b""


def set_blocked(call: ApiCall, state: State, answer: Answer) -> Answer:
    """Keep which kinds of encryption a bucket blocks: https://docs.aws.amazon.com/AmazonS3/latest/API/API_BlockedEncryptionTypes.html"""
    named = (_rule(call).get("BlockedEncryptionTypes") or {}).get("EncryptionType")
    if named:
        state.bucket(call.params["Bucket"]).day89_blocked = tuple(named)
    return answer


def _rule(call: ApiCall) -> Mapping[str, Any]:
    rules: list[Mapping[str, Any]] = call.params["ServerSideEncryptionConfiguration"].get("Rules") or [{}]
    return rules[0]


def kms_key(call: ApiCall, state: State, answer: Answer) -> Answer:
    """Name the key of SSE-KMS where none was given: the one that AWS keeps for S3."""
    status, headers, body = answer
    if headers.get("x-amz-server-side-encryption") == "aws:kms":
        arn = f"arn:aws:kms:{call.region}:{call.account}:key/alias/aws/s3"
        headers.setdefault("x-amz-server-side-encryption-aws-kms-key-id", arn)
    return status, headers, body


def blocked_encryption(call: ApiCall, state: State, answer: Answer) -> Answer:
    """Show which kinds of encryption a bucket blocks; moto does not know of it."""
    blocked = getattr(state.bucket(call.params["Bucket"]), "day89_blocked", BLOCKED)
    kinds = "".join(f"<EncryptionType>{escape(kind)}</EncryptionType>" for kind in blocked)
    text = f"<BlockedEncryptionTypes>{kinds}</BlockedEncryptionTypes></Rule>".encode()
    return with_body(answer, answer[2].replace(b"</Rule>", text, 1))
