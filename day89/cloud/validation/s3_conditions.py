"""Refuse calls about objects whose conditions do not hold.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-requests.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from day89.cloud.messages.model import ApiCall, AwsError
from day89.cloud.messages.moments import moment
from day89.cloud.moto.state import CloudState

__all__ = ["RULES", "no_such_key", "source_condition"]

NOT_IMPLEMENTED = "A header you provided implies functionality that is not implemented"


def no_such_key(key: str) -> AwsError:
    """Return the refusal for a key that is not there."""
    return AwsError("NoSuchKey", "The specified key does not exist.", 404, {"Key": key})


def failed(condition: str) -> AwsError:
    """Return the refusal for a condition that does not hold."""
    message = "At least one of the pre-conditions you specified did not hold"
    return AwsError("PreconditionFailed", message, 412, {"Condition": condition})


def not_implemented(header: str, why: str = "") -> AwsError:
    """Return the refusal for a condition that S3 does not take here."""
    fields = {"Header": header, "additionalMessage": why} if why else {"Header": header}
    return AwsError("NotImplemented", NOT_IMPLEMENTED, 501, fields)


def write_condition(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse to write over an object that is there, or is another: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html"""
    wanted, unwanted = call.params.get("IfMatch"), call.params.get("IfNoneMatch")
    if wanted is not None and unwanted is not None:
        return not_implemented("If-Match,If-None-Match", "Multiple conditional request headers present in the request")
    for name, refused in (("If-None-Match", unwanted not in (None, "*")), ("If-Match", wanted == "*")):
        if refused:
            return not_implemented(name, f"We don't accept the provided value of {name} header for this API")
    if wanted is None and unwanted is None:
        return None
    current = state.object(call.params["Bucket"], call.params["Key"])
    if unwanted is not None and current is not None:
        return failed("If-None-Match")
    if wanted is not None and current is None:
        return no_such_key(call.params["Key"])
    if wanted is not None and not _same(wanted, current):
        return failed("If-Match")
    return _overtaken(call, state, "If-Match" if wanted is not None else "If-None-Match")


def _overtaken(call: ApiCall, state: CloudState, condition: str) -> AwsError | None:
    """Refuse to complete an upload on a condition after its key was written or deleted meanwhile."""
    upload = state.bucket(call.params["Bucket"]).multiparts.get(call.params.get("UploadId"))
    if not getattr(upload, "day89_overtaken", False):
        return None
    message = "The conditional request cannot succeed due to a conflicting operation against this resource."
    fields = {"Condition": condition, "Key": call.params["Key"]}
    return AwsError("ConditionalRequestConflict", message, 409, fields)


def delete_condition(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse to delete another object than expected: https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObject.html"""
    for name, header in (("IfMatchLastModifiedTime", "last-modified-time"), ("IfMatchSize", "size")):
        if call.params.get(name) is not None:
            return not_implemented(f"x-amz-if-match-{header}")
    wanted = call.params.get("IfMatch")
    if wanted is None:
        return None
    current = state.object(call.params["Bucket"], call.params["Key"], call.params.get("VersionId"))
    if current is None:
        return no_such_key(call.params["Key"])
    return None if wanted == "*" or _same(wanted, current) else failed("If-Match")


def read_condition(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse to read an object whose conditions do not hold: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html"""
    names = ("IfMatch", "IfNoneMatch", "IfModifiedSince", "IfUnmodifiedSince")
    if not any(name in call.params for name in names):
        return None
    current = state.object(call.params["Bucket"], call.params["Key"], call.params.get("VersionId"))
    broken = None if current is None else _broken(call, current, "")
    if broken in ("IfMatch", "IfUnmodifiedSince"):
        return failed({"IfMatch": "If-Match", "IfUnmodifiedSince": "If-Unmodified-Since"}[broken])
    if not broken:
        return None
    told = {"ETag": current.etag, "Last-Modified": current.last_modified_RFC1123}
    return AwsError("NotModified", "Not Modified", 304, headers=told)


def source_condition(call: ApiCall, source: Any) -> AwsError | None:
    """Refuse to copy an object whose conditions do not hold; ``source`` is moto's object."""
    broken = _broken(call, source, "CopySource")
    names = {
        "IfMatch": "If-Match",
        "IfNoneMatch": "If-None-Match",
        "IfModifiedSince": "If-Modified-Since",
        "IfUnmodifiedSince": "If-Unmodified-Since",
    }
    return failed(f"x-amz-copy-source-{names[broken]}") if broken else None


def _broken(call: ApiCall, current: Any, prefix: str) -> str | None:
    """Return the first condition that does not hold; one on the ETag goes before one on the date."""
    params = call.params
    wanted, unwanted = params.get(f"{prefix}IfMatch"), params.get(f"{prefix}IfNoneMatch")
    modified = current.last_modified.replace(microsecond=0, tzinfo=UTC)
    if wanted is not None:
        if wanted != "*" and not _same(wanted, current):
            return "IfMatch"
    else:
        since = moment(params.get(f"{prefix}IfUnmodifiedSince"))
        if since is not None and modified > since:
            return "IfUnmodifiedSince"
    if unwanted is not None:
        return "IfNoneMatch" if unwanted == "*" or _same(unwanted, current) else None
    since = moment(params.get(f"{prefix}IfModifiedSince"))
    return "IfModifiedSince" if since is not None and modified <= since <= datetime.now(UTC) else None


def _same(wanted: str, current: Any) -> bool:
    etags = {one.strip().removeprefix("W/").strip('"') for one in str(wanted).split(",")}
    return current.etag.strip('"') in etags


Rules = tuple[Callable[[ApiCall, CloudState], AwsError | None], ...]
RULES: Mapping[str, Rules] = {
    "s3.PutObject": (write_condition,),
    "s3.CopyObject": (write_condition,),
    "s3.CompleteMultipartUpload": (write_condition,),
    "s3.DeleteObject": (delete_condition,),
    "s3.GetObject": (read_condition,),
    "s3.HeadObject": (read_condition,),
}
