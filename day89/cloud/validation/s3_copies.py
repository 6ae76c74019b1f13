"""Refuse copies that S3 refuses. https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from urllib.parse import unquote

from day89.cloud.messages.model import ApiCall, AwsError
from day89.cloud.moto.backend import is_marker
from day89.cloud.moto.state import CloudState
from day89.cloud.validation.s3_conditions import no_such_key, source_condition
from day89.cloud.validation.s3_versions import invalid_version_id, no_such_version

__all__ = ["RULES", "Source", "source_of"]

Source = tuple[str, str, str | None]
RANGE = re.compile(r"bytes=(\d+)-(\d+)")
ARCHIVED = frozenset({"GLACIER", "DEEP_ARCHIVE"})
# What lets an object be copied onto itself.
CHANGES = ("StorageClass", "WebsiteRedirectLocation", "ServerSideEncryption", "SSEKMSKeyId", "ChecksumAlgorithm")
UNCHANGED = (
    "This copy request is illegal because it is trying to copy an object to itself without changing the object's "
    "metadata, storage class, website redirect location or encryption attributes."
)


def source_of(call: ApiCall) -> Source:
    """Return bucket, key and version id of a copy's source; the key is empty where none is named."""
    path, _, query = str(call.params.get("CopySource") or "").partition("?versionId=")
    bucket, _, key = unquote(path).lstrip("/").partition("/")
    return bucket, key, unquote(query) or None


def source(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse a source that is not there, is a delete marker, is archived, or does not fulfil its conditions."""
    bucket, key, version_id = source_of(call)
    if not key:
        fields = {"ArgumentName": "x-amz-copy-source", "ArgumentValue": "x-amz-copy-source"}
        return AwsError("InvalidArgument", "Invalid copy source object key", 400, fields)
    if state.bucket(bucket) is None:
        return AwsError("NoSuchBucket", "The specified bucket does not exist", 404, {"BucketName": bucket})
    refusal = invalid_version_id(state.bucket(bucket), version_id)
    if refusal is not None:
        return refusal
    found = state.version(bucket, key, version_id)
    if found is None and version_id is not None:
        return no_such_version(key, version_id)
    if is_marker(found) and version_id is not None:
        message = "The source of a copy request may not specifically refer to a delete marker by version id."
        return AwsError("InvalidRequest", message)
    if found is None or is_marker(found):
        return no_such_key(key)
    if found.storage_class in ARCHIVED and 'request="false"' not in str(found.response_dict.get("x-amz-restore", "")):
        message = "Operation is not valid for the source object's storage class"
        return AwsError("InvalidObjectState", message, 403, {"StorageClass": found.storage_class})
    return source_condition(call, found)


def onto_itself(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse to copy an object onto itself where nothing changes."""
    bucket, key, version_id = source_of(call)
    params = call.params
    if (bucket, key) != (params["Bucket"], params["Key"]) or params.get("MetadataDirective") == "REPLACE":
        return None
    current = state.version(bucket, key)
    older = version_id is not None and current is not None and current.version_id != version_id
    if older or any(params.get(name) for name in CHANGES) or _encrypted_otherwise(current, state, bucket):
        return None
    return AwsError("InvalidRequest", UNCHANGED)


def _encrypted_otherwise(current: object, state: CloudState, bucket: str) -> bool:
    # The bucket's own default encryption, where one was set, is applied to the copy.
    return bool(getattr(state.bucket(bucket), "day89_encrypted", False))


def directives(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse directives that do not exist."""
    for name, header in (("MetadataDirective", "metadata"), ("TaggingDirective", "tagging")):
        given = call.params.get(name)
        if given is not None and given not in ("COPY", "REPLACE"):
            fields = {"ArgumentName": f"x-amz-{header}-directive", "ArgumentValue": given}
            return AwsError("InvalidArgument", f"Unknown {header} directive.", 400, fields)
    return None


def part_range(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse ranges that the source does not have: https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPartCopy.html"""
    given = call.params.get("CopySourceRange")
    if given is None:
        return None
    fields = {"ArgumentName": "x-amz-copy-source-range", "ArgumentValue": given}
    found = RANGE.fullmatch(given)
    if found is None or int(found[1]) > int(found[2]):
        message = (
            "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the "
            "zero-based offsets of the first and last bytes to copy"
        )
        return AwsError("InvalidArgument", message, 400, fields)
    size = state.object(*source_of(call)).size
    if int(found[2]) < size:
        return None
    if int(found[1]) >= size:
        message = "The specified copy range is invalid for the source object size"
        return AwsError("InvalidRequest", message)
    message = f"Range specified is not valid for source object of size: {size}"
    return AwsError("InvalidArgument", message, 400, fields)


Rules = tuple[Callable[[ApiCall, CloudState], AwsError | None], ...]
RULES: Mapping[str, Rules] = {
    "s3.CopyObject": (directives, source, onto_itself),
    "s3.UploadPartCopy": (source, part_range),
}
