"""Delete many objects, each with an answer of its own. https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.s3.exceptions import AccessDeniedByLock

from day89.cloud.messages.errors import Answer
from day89.cloud.messages.model import ApiCall
from day89.cloud.messages.version_ids import is_version_id
from day89.cloud.messages.xml import document, element
from day89.cloud.moto.backend import is_marker
from day89.cloud.moto.state import CloudState

__all__ = ["delete_objects"]

MESSAGES = {
    "AccessDenied": "Access Denied",
    "InternalError": "We encountered an internal error. Please try again.",
    "NoSuchVersion": "The specified version does not exist.",
    "PreconditionFailed": "At least one of the pre-conditions you specified did not hold",
}
LOCKED = "Access Denied because object protected by object lock."


def delete_objects(call: ApiCall, state: CloudState, denied: Mapping[str, str]) -> Answer:
    """Answer DeleteObjects.

    Args:
        call: the call.
        state: the cloud.
        denied: key to error code: what policies or faults keep.

    Returns:
        The answer.
    """
    quiet = str(call.params["Delete"].get("Quiet")).lower() == "true"
    lines = []
    for item in call.params["Delete"].get("Objects") or []:
        code = denied.get(item["Key"]) or _unfit(call, state, item)
        done = None if code else _delete(call, state, item)
        if code or done is None:
            lines.append(_error(item, code or "AccessDenied", "" if code else LOCKED))
        elif not quiet:
            lines.append(f"<Deleted>{done}</Deleted>")
    return document("DeleteResult", "".join(lines))


def _unfit(call: ApiCall, state: CloudState, item: Mapping[str, Any]) -> str | None:
    """Return the error code for a version that is none, or a condition that does not hold."""
    version_id, etag = item.get("VersionId"), item.get("ETag")
    bucket = state.bucket(call.params["Bucket"])
    known = version_id in (None, "null") or (bucket.versioning_status and is_version_id(version_id))
    if not known:
        return "NoSuchVersion"
    found = state.object(call.params["Bucket"], item["Key"], version_id)
    if etag and (found is None or found.etag.strip('"') != etag.strip('"')):
        return "PreconditionFailed"
    return None


def _delete(call: ApiCall, state: CloudState, item: Mapping[str, Any]) -> str | None:
    """Delete one and return what is told of it; None where a lock keeps it."""
    name, version_id = item["Key"], item.get("VersionId")
    bucket = state.bucket(call.params["Bucket"])
    was_marker = version_id is not None and is_marker(state.version(bucket.name, name, version_id))
    bypass = str(call.params.get("BypassGovernanceRetention")).lower() == "true"
    try:
        _, said = state.backend("s3", bucket.account_id).delete_object(
            bucket.name, name, version_id=version_id, bypass=bypass
        )
    except AccessDeniedByLock:
        return None
    for upload in bucket.multiparts.values():
        upload.day89_overtaken = getattr(upload, "day89_overtaken", False) or upload.key_name == name
    told = element("Key", name) + element("VersionId", version_id)
    marker = version_id if was_marker else said.get("version-id") if version_id is None else None
    if marker is None or not bucket.versioning_status:
        return told
    return told + element("DeleteMarker", True) + element("DeleteMarkerVersionId", marker)


def _error(item: Mapping[str, Any], code: str, message: str) -> str:
    told = element("Key", item["Key"]) + element("VersionId", item.get("VersionId")) + element("Code", code)
    return f"<Error>{told}{element('Message', message or MESSAGES.get(code, code))}</Error>"
