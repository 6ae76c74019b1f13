"""Refuse what Object Lock forbids. https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from day89.cloud.messages.model import ApiCall, AwsError
from day89.cloud.messages.moments import moment
from day89.cloud.moto.state import CloudState
from day89.cloud.validation.s3_objects import MALFORMED

__all__ = ["RULES"]

MOST_DAYS, MOST_YEARS = 36_500, 100
MODES = ("GOVERNANCE", "COMPLIANCE")
HEADER = "x-amz-object-lock-"
LOCKED = AwsError("AccessDenied", "Access Denied because object protected by object lock.", 403)


def _argument(message: str, name: str, value: str | None = None) -> AwsError:
    fields = {"ArgumentName": name} if value is None else {"ArgumentName": name, "ArgumentValue": value}
    return AwsError("InvalidArgument", message, 400, fields)


def lock_enabled(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse retention and holds in a bucket without Object Lock."""
    if state.bucket(call.params["Bucket"]).object_lock_enabled:
        return None
    return AwsError("InvalidRequest", "Bucket is missing Object Lock Configuration")


def lock_headers(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse a lock at the start of an object's life that is half, unknown or over."""
    params = call.params
    mode, until, hold = (params.get(f"ObjectLock{name}") for name in ("Mode", "RetainUntilDate", "LegalHoldStatus"))
    if mode is None and until is None and hold is None:
        return None
    if not state.bucket(params["Bucket"]).object_lock_enabled:
        return AwsError("InvalidRequest", "Bucket is missing Object Lock Configuration")
    both = f"{HEADER}retain-until-date and {HEADER}mode must both be supplied"
    if (mode is None) != (until is None):
        return _argument(both, HEADER + ("mode" if mode is None else "retain-until-date"))
    if mode is not None and mode not in MODES:
        return _argument("Unknown wormMode directive.", f"{HEADER}mode", mode)
    if hold is not None and hold not in ("ON", "OFF"):
        return _argument("Legal Hold must be either of 'ON' or 'OFF'", f"{HEADER}legal-hold", hold)
    return None if until is None else _over(until, f"{HEADER}retain-until-date")


def _over(until: Any, name: str) -> AwsError | None:
    when = moment(until)
    if when is not None and when > datetime.now(UTC):
        return None
    return _argument("The retain until date must be in the future!", name, str(until))


def retention(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse a retention that is malformed, over, or weaker than the one that holds."""
    params = call.params
    given = params.get("Retention") or {}
    mode, until = given.get("Mode"), given.get("RetainUntilDate")
    if (mode is None) != (until is None) or (mode is not None and mode not in MODES):
        return MALFORMED
    if until is not None:
        refusal = _over(until, "RetainUntilDate")
        if refusal is not None:
            return refusal
    key = state.object(params["Bucket"], params["Key"], params.get("VersionId"))
    held = moment(key.lock_until)
    if held is None or held <= datetime.now(UTC):
        return None
    shorter = until is None or (moment(until) or held) < held
    if key.lock_mode == "COMPLIANCE":
        return LOCKED if shorter or mode != "COMPLIANCE" else None
    weaker = shorter or mode != key.lock_mode
    return LOCKED if weaker and not params.get("BypassGovernanceRetention") else None


def hold_status(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse holds that are neither on nor off: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectLegalHold.html"""
    return None if (call.params.get("LegalHold") or {}).get("Status") in ("ON", "OFF") else MALFORMED


def configured(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse to tell of a lock that was never set: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectRetention.html"""
    params = call.params
    key = state.object(params["Bucket"], params["Key"], params.get("VersionId"))
    if (key.lock_mode and key.lock_until) if call.operation == "GetObjectRetention" else key.lock_legal_status:
        return None
    message = "The specified object does not have a ObjectLock configuration"
    return AwsError("NoSuchObjectLockConfiguration", message, 404)


def versioning_kept(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse to suspend versioning where Object Lock is on."""
    if call.params.get("VersioningConfiguration", {}).get("Status") != "Suspended":
        return None
    if not state.bucket(call.params["Bucket"]).object_lock_enabled:
        return None
    message = "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed."
    return AwsError("InvalidBucketState", message, 409)


def lock_configuration(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse configurations that S3 does: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectLockConfiguration.html"""
    given = call.params.get("ObjectLockConfiguration") or {}
    if given.get("ObjectLockEnabled") != "Enabled":
        return MALFORMED
    if "Rule" in given:
        rule = (given["Rule"] or {}).get("DefaultRetention") or {}
        lengths = [int(rule[name]) for name in ("Days", "Years") if rule.get(name) is not None]
        if rule.get("Mode") not in MODES or len(lengths) != 1:
            return MALFORMED
        if lengths[0] <= 0:
            return AwsError("InvalidArgument", "Default retention period must be a positive integer value.")
        if lengths[0] > (MOST_DAYS if rule.get("Days") is not None else MOST_YEARS):
            return AwsError("InvalidArgument", "Default retention period too large.")
    bucket = state.bucket(call.params["Bucket"])
    if bucket.versioning_status == "Enabled":
        return None
    message = "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration"
    return AwsError("InvalidBucketState", message, 409)


def lock_configured(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse to tell of a lock that a bucket does not have."""
    bucket = state.bucket(call.params["Bucket"])
    if bucket.object_lock_enabled:
        return None
    message = "Object Lock configuration does not exist for this bucket"
    return AwsError("ObjectLockConfigurationNotFoundError", message, 404, {"BucketName": bucket.name})


def bypass(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse to bypass a lock that the bucket does not have.

    Only for DeleteObject: clients that clean up send the header with every DeleteObjects, whatever the bucket.
    """
    given = call.params.get("BypassGovernanceRetention")
    if given is None or state.bucket(call.params["Bucket"]).object_lock_enabled:
        return None
    name = "x-amz-bypass-governance-retention"
    return _argument(f"{name} is only applicable to Object Lock enabled buckets.", name)


def unlocked(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse to delete a version that is held."""
    params = call.params
    if not params.get("VersionId"):
        return None
    key = state.object(params["Bucket"], params["Key"], params["VersionId"])
    return LOCKED if key is not None and key.is_locked(bool(params.get("BypassGovernanceRetention"))) else None


RULES: Mapping[str, tuple[Callable[[ApiCall, CloudState], AwsError | None], ...]] = {
    "s3.PutObject": (lock_headers,),
    "s3.CopyObject": (lock_headers,),
    "s3.CreateMultipartUpload": (lock_headers,),
    "s3.PutObjectRetention": (lock_enabled, retention),
    "s3.GetObjectRetention": (lock_enabled, configured),
    "s3.PutObjectLegalHold": (hold_status, lock_enabled),
    "s3.GetObjectLegalHold": (lock_enabled, configured),
    "s3.PutBucketVersioning": (versioning_kept,),
    "s3.PutObjectLockConfiguration": (lock_configuration,),
    "s3.GetObjectLockConfiguration": (lock_configured,),
    "s3.DeleteObject": (bypass, unlocked),
}
