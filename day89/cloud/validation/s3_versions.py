"""Refuse calls about objects and versions that are not there. https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeleteMarker.html"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from day89.cloud.messages.model import ApiCall, AwsError
from day89.cloud.messages.version_ids import NULL, is_version_id
from day89.cloud.moto.backend import is_marker
from day89.cloud.moto.state import CloudState
from day89.cloud.validation.s3_conditions import no_such_key

__all__ = ["RULES", "invalid_version_id", "no_such_version"]

# Operations that read or change one object; on a delete marker without an id, some say that the key is not there.
READS = ("GetObject", "HeadObject", "GetObjectAttributes", "GetObjectAcl", "RestoreObject")
CHANGES = ("GetObjectTagging", "PutObjectTagging", "DeleteObjectTagging", "PutObjectAcl")
LOCKS = ("GetObjectRetention", "PutObjectRetention", "GetObjectLegalHold", "PutObjectLegalHold")


def no_such_version(key: str, version_id: str) -> AwsError:
    """Return the refusal for a version that is not there."""
    message = "The specified version does not exist."
    return AwsError("NoSuchVersion", message, 404, {"Key": key, "VersionId": version_id})


def invalid_version_id(bucket: Any, version_id: str | None) -> AwsError | None:
    """Refuse ids that are none, and any but ``null`` where nothing is versioned."""
    if version_id is None or version_id == NULL:
        return None
    fields = {"ArgumentName": "versionId", "ArgumentValue": version_id}
    if not version_id:
        return AwsError("InvalidArgument", "Version id cannot be the empty string", 400, fields)
    if bucket.versioning_status and is_version_id(version_id):
        return None
    return AwsError("InvalidArgument", "Invalid version id specified", 400, fields)


def well_formed_id(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse version ids that are malformed."""
    return invalid_version_id(state.bucket(call.params["Bucket"]), call.params.get("VersionId"))


def there(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse keys and versions that are not there, and what can be done with objects but not with delete markers."""
    params = call.params
    key, version_id = params["Key"], params.get("VersionId")
    found = state.version(params["Bucket"], key, version_id)
    if found is None:
        return no_such_key(key) if version_id is None else no_such_version(key, version_id)
    if not is_marker(found):
        return None
    headers = {"x-amz-delete-marker": "true", "x-amz-version-id": found.version_id}
    if version_id is None and call.operation in READS:
        missing = no_such_key(key)
        return AwsError(missing.code, missing.message, missing.status, missing.fields, headers)
    message = "The specified method is not allowed against this resource."
    fields = {"Method": call.method if call.method != "HEAD" else "GET", "ResourceType": "DeleteMarker"}
    return AwsError("MethodNotAllowed", message, 405, fields, {**headers, "Allow": "DELETE"})


EACH = (well_formed_id, there)
RULES: Mapping[str, tuple[Callable[[ApiCall, CloudState], AwsError | None], ...]] = {
    **{f"s3.{operation}": EACH for operation in (*READS, *CHANGES, *LOCKS)},
    "s3.DeleteObject": (well_formed_id,),
}
