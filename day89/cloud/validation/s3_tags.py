"""Refuse tags that S3 refuses. https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote_plus

from day89.cloud.messages.model import ApiCall, AwsError
from day89.cloud.moto.state import CloudState
from day89.cloud.validation.s3_objects import MALFORMED

__all__ = ["RULES", "read_tags"]

TEXT = re.compile(r"[\w\s+\-=.:/@]*")
KEY_LENGTH, VALUE_LENGTH = 128, 256
TAGS_AN_OBJECT, TAGS_A_BUCKET = 10, 50
RESERVED = "aws:"
IN_HEADER = (
    "The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name "
    "duplicates."
)
RESERVED_AT_CREATION = (
    'User-defined tag keys can\'t start with "aws:". This prefix is reserved for system tags. Remove "aws:" from your '
    "tag keys and try again."
)


def read_tags(header: str) -> list[tuple[str, str]]:
    """Return the tags that a ``x-amz-tagging`` header names."""
    pairs = (part.partition("=") for part in header.split("&") if part)
    return [(unquote_plus(name), unquote_plus(value)) for name, _, value in pairs]


def object_tags(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse the tags of an object."""
    message = "Object tags cannot be greater than 10"
    return _check(_tag_set(call), TAGS_AN_OBJECT, "Your TagKey cannot be prefixed with aws:", "BadRequest", message)


def bucket_tags(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse the tags of a bucket: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketTagging.html"""
    message = "Bucket tag count cannot be greater than 50"
    return _check(
        _tag_set(call), TAGS_A_BUCKET, "System tags cannot be added/updated by requester", "BadRequest", message
    )


def new_bucket_tags(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse the tags of a new bucket: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html"""
    given = (call.params.get("CreateBucketConfiguration") or {}).get("Tags") or []
    message = "Bucket tag count cannot be greater than 50"
    return _check(given, TAGS_A_BUCKET, RESERVED_AT_CREATION, "BadRequest", message)


def header_tags(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse the tags that a header gives an object: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html"""
    header = call.params.get("Tagging")
    if not isinstance(header, str) or not header:
        return None
    tags = read_tags(header)
    if len({name for name, _ in tags}) < len(tags) or any("," in value or "=" in value for _, value in tags):
        fields = {"ArgumentName": "x-amz-tagging", "ArgumentValue": header}
        return AwsError("InvalidArgument", IN_HEADER, 400, fields)
    listed = [{"Key": name, "Value": value} for name, value in tags]
    message = "Object tags cannot be greater than 10"
    return _check(listed, TAGS_AN_OBJECT, "Your TagKey cannot be prefixed with aws:", "BadRequest", message)


def _tag_set(call: ApiCall) -> list[Any]:
    tagging = call.params.get("Tagging")
    return (tagging.get("TagSet") if isinstance(tagging, dict) else None) or []


def _check(tags: list[Any], most: int, reserved: str, code: str, too_many: str) -> AwsError | None:
    seen: set[str] = set()
    for tag in tags:
        name, value = (tag or {}).get("Key"), (tag or {}).get("Value")
        if name is None or value is None:
            return MALFORMED
        refusal = _one(name, value, reserved, seen)
        if refusal is not None:
            return refusal
        seen.add(name)
    return AwsError(code, too_many) if len(tags) > most else None


def _one(name: str, value: str, reserved: str, seen: set[str]) -> AwsError | None:
    if name in seen:
        return AwsError("InvalidTag", "Cannot provide multiple Tags with the same key", 400, {"TagKey": name})
    if name.lower().startswith(RESERVED):
        return AwsError("InvalidTag", reserved, 400, {"TagKey": name})
    if not 0 < len(name) <= KEY_LENGTH or not TEXT.fullmatch(name):
        return AwsError("InvalidTag", "The TagKey you have provided is invalid", 400, {"TagKey": name})
    if len(value) > VALUE_LENGTH or not TEXT.fullmatch(value):
        fields = {"TagKey": name, "TagValue": value}
        return AwsError("InvalidTag", "The TagValue you have provided is invalid", 400, fields)
    return None


RULES: Mapping[str, tuple[Callable[[ApiCall, CloudState], AwsError | None], ...]] = {
    "s3.PutObjectTagging": (object_tags,),
    "s3.PutBucketTagging": (bucket_tags,),
    "s3.CreateBucket": (new_bucket_tags,),
    "s3.PutObject": (header_tags,),
    "s3.CopyObject": (header_tags,),
    "s3.CreateMultipartUpload": (header_tags,),
}
