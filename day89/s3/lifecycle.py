"""Let objects grow old cheaply: storage classes, lifecycle rules, tiering, and the way back from Glacier."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from day89.errors import InvalidInputError, WaitTimeoutError, error_code, not_found

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

__all__ = [
    "Restore",
    "add_intelligent_tiering",
    "add_lifecycle_rule",
    "change_storage_class",
    "list_lifecycle_rules",
    "remove_lifecycle_rule",
    "restore_object",
    "restore_status",
    "wait_restored",
]

UNFINISHED_UPLOAD_DAYS = 7
COPY_IN_ONE_BYTES_MAX = 5 * 1024**3
ARCHIVED_CLASSES = frozenset({"GLACIER", "DEEP_ARCHIVE"})  # GLACIER_IR is read at once


@dataclass(frozen=True)
class Restore:
    """The state of an archived object, ``readable``, ``archived`` or ``ongoing``, and until when it is readable."""

    state: str
    until: datetime | None = None


def add_lifecycle_rule(
    s3: S3Client,
    bucket: str,
    rule_id: str,
    prefix: str,
    *,
    archive_after_days: int | None = None,
    expire_after_days: int | None = None,
    old_versions_after_days: int | None = None,
    archive_class: str = "GLACIER",
) -> None:
    """Add one rule, in the place of the one with its id; every other rule stays as it is.

    Parts of unfinished uploads under the prefix are removed after seven days too.

    Args:
        s3: S3 client.
        bucket: bucket name.
        rule_id: name of the rule.
        prefix: the keys that it is for; ``""`` is the whole bucket.
        archive_after_days: age at which objects move to the archive class.
        expire_after_days: age at which objects go; in a versioned bucket they only become old versions.
        old_versions_after_days: days after which a version that is no longer current goes.
        archive_class: such as ``"GLACIER"``, ``"DEEP_ARCHIVE"``, ``"STANDARD_IA"``.

    Raises:
        InvalidInputError: days that are not positive, or an expiry that is not later than the archive.
        NotFoundError: no such bucket.

    See https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lifecycle-mgmt.html
    """
    _check_days(
        archive_after_days=archive_after_days,
        expire_after_days=expire_after_days,
        old_versions_after_days=old_versions_after_days,
    )
    if archive_after_days and expire_after_days and expire_after_days <= archive_after_days:
        raise InvalidInputError(
            f"expire_after_days ({expire_after_days}) must be greater than archive_after_days ({archive_after_days})"
        )
    rule: dict[str, Any] = {
        "ID": rule_id,
        "Status": "Enabled",
        "Filter": {"Prefix": prefix},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": UNFINISHED_UPLOAD_DAYS},
    }
    if archive_after_days:
        rule["Transitions"] = [{"Days": archive_after_days, "StorageClass": archive_class}]
    if expire_after_days:
        rule["Expiration"] = {"Days": expire_after_days}
    if old_versions_after_days:
        rule["NoncurrentVersionExpiration"] = {"NoncurrentDays": old_versions_after_days}
    others = [other for other in list_lifecycle_rules(s3, bucket) if other.get("ID") != rule_id]
    _put_rules(s3, bucket, [*others, rule])


def list_lifecycle_rules(s3: S3Client, bucket: str) -> list[dict[str, Any]]:
    """Return the lifecycle rules in S3's words; ``[]`` where none is set.

    Raises:
        NotFoundError: no such bucket.
    """
    try:
        with not_found(f"bucket {bucket}"):
            return [dict(rule) for rule in s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]]
    except ClientError as error:
        if error_code(error) != "NoSuchLifecycleConfiguration":  # that is an answer, not a failure
            raise
        return []


def remove_lifecycle_rule(s3: S3Client, bucket: str, rule_id: str) -> bool:
    """Remove one rule and keep the others; return whether there was one.

    Raises:
        NotFoundError: no such bucket.
    """
    rules = list_lifecycle_rules(s3, bucket)
    others = [rule for rule in rules if rule.get("ID") != rule_id]
    if len(others) == len(rules):
        return False
    if others:
        _put_rules(s3, bucket, others)
    else:
        s3.delete_bucket_lifecycle(Bucket=bucket)  # a configuration without a rule is refused
    return True


def add_intelligent_tiering(
    s3: S3Client,
    bucket: str,
    config_id: str,
    *,
    prefix: str = "",
    archive_after_days: int = 90,
    deep_archive_after_days: int | None = None,
) -> None:
    """Let objects of the INTELLIGENT_TIERING class move on to the archive tiers when nobody reads them.

    Args:
        s3: S3 client.
        bucket: bucket name.
        config_id: name of the configuration; one with this name is replaced.
        prefix: the keys that it is for; ``""`` is the whole bucket.
        archive_after_days: days without access until the Archive Access tier, 90 to 730.
        deep_archive_after_days: days without access until the Deep Archive Access tier, 180 to 730.

    Raises:
        InvalidInputError: days that S3 does not allow.
        NotFoundError: no such bucket.

    See https://docs.aws.amazon.com/AmazonS3/latest/userguide/intelligent-tiering-overview.html
    """
    tiers = [("ARCHIVE_ACCESS", 90, archive_after_days)]
    if deep_archive_after_days is not None:
        tiers.append(("DEEP_ARCHIVE_ACCESS", 180, deep_archive_after_days))
    for tier, least, days in tiers:
        if not least <= days <= 730:
            raise InvalidInputError(f"{tier} takes {least} to 730 days, not {days}")
    configuration: Any = {
        "Id": config_id,
        "Status": "Enabled",
        "Tierings": [{"AccessTier": tier, "Days": days} for tier, _, days in tiers],
    }
    if prefix:
        configuration["Filter"] = {"Prefix": prefix}
    with not_found(f"bucket {bucket}"):
        s3.put_bucket_intelligent_tiering_configuration(
            Bucket=bucket, Id=config_id, IntelligentTieringConfiguration=configuration
        )


def change_storage_class(s3: S3Client, bucket: str, key: str, storage_class: str) -> None:
    """Move one object to another storage class, by copying it onto itself with its metadata.

    In a versioned bucket the old version stays, in its old class, until something removes it.

    Raises:
        NotFoundError: no such bucket or key.

    See https://docs.aws.amazon.com/AmazonS3/latest/userguide/sc-howtoset.html
    """
    source: Any = {"Bucket": bucket, "Key": key}
    with not_found(f"s3://{bucket}/{key}"):
        head = s3.head_object(Bucket=bucket, Key=key)
        if head.get("StorageClass", "STANDARD") == storage_class:
            return
        extra: dict[str, Any] = {"StorageClass": storage_class}
        if head["ContentLength"] > COPY_IN_ONE_BYTES_MAX:  # a copy in parts makes a new object: hand the metadata on
            kept = ("Metadata", "ContentType", "ContentEncoding", "CacheControl", "ContentDisposition")
            extra |= {name: value for name in kept if (value := head.get(name))}
        s3.copy(source, bucket, key, ExtraArgs=extra)


def restore_object(s3: S3Client, bucket: str, key: str, *, days: int = 1, tier: str = "Standard") -> Restore:
    """Ask for a readable copy of an archived object; asking again, or for one that is not archived, is fine.

    Args:
        s3: S3 client.
        bucket: bucket name.
        key: key of the object.
        days: how long the copy stays.
        tier: ``"Standard"`` (hours), ``"Bulk"`` (cheapest) or ``"Expedited"`` (minutes; not from DEEP_ARCHIVE).

    Returns:
        Where it stands after the request.

    Raises:
        InvalidInputError: days that are not positive.
        NotFoundError: no such bucket or key.

    See https://docs.aws.amazon.com/AmazonS3/latest/userguide/restoring-objects.html
    """
    _check_days(days=days)
    status = restore_status(s3, bucket, key)
    if status.state == "archived":
        request: Any = {"Days": days, "GlacierJobParameters": {"Tier": tier}}
        try:
            s3.restore_object(Bucket=bucket, Key=key, RestoreRequest=request)
        except ClientError as error:
            if error_code(error) != "RestoreAlreadyInProgress":
                raise
        status = restore_status(s3, bucket, key)
    return status


def restore_status(s3: S3Client, bucket: str, key: str) -> Restore:
    """Return whether an object can be read, is archived, or is on its way back.

    Raises:
        NotFoundError: no such bucket or key.
    """
    with not_found(f"s3://{bucket}/{key}"):
        head = s3.head_object(Bucket=bucket, Key=key)
    if head.get("StorageClass") not in ARCHIVED_CLASSES and "ArchiveStatus" not in head:
        return Restore("readable")
    header = head.get("Restore", "")
    if 'ongoing-request="true"' in header:
        return Restore("ongoing")
    if 'ongoing-request="false"' in header:
        until = re.search(r'expiry-date="([^"]+)"', header)
        return Restore("readable", parsedate_to_datetime(until[1]) if until else None)
    return Restore("archived")


def wait_restored(s3: S3Client, bucket: str, key: str, *, timeout: float, poll_seconds: float = 60) -> Restore:
    """Wait until a restored object can be read.

    Raises:
        InvalidInputError: nobody has asked for it: call `restore_object` first.
        WaitTimeoutError: it was not there in time.
        NotFoundError: no such bucket or key.
    """
    end = time.monotonic() + timeout
    while (status := restore_status(s3, bucket, key)).state == "ongoing":
        if time.monotonic() >= end:
            raise WaitTimeoutError(f"s3://{bucket}/{key} is still being restored after {timeout:g} seconds")
        time.sleep(min(poll_seconds, max(0.0, end - time.monotonic())))
    if status.state == "archived":
        raise InvalidInputError(f"s3://{bucket}/{key} is archived and not being restored: call restore_object first")
    return status


def _put_rules(s3: S3Client, bucket: str, rules: list[dict[str, Any]]) -> None:
    configuration: Any = {"Rules": rules}
    with not_found(f"bucket {bucket}"):
        try:
            # The call replaces it all: the least size that objects move with would fall back to S3's default.
            least = s3.get_bucket_lifecycle_configuration(Bucket=bucket).get("TransitionDefaultMinimumObjectSize")
        except ClientError as error:
            if error_code(error) != "NoSuchLifecycleConfiguration":
                raise
            least = None
        if least:
            s3.put_bucket_lifecycle_configuration(
                Bucket=bucket, LifecycleConfiguration=configuration, TransitionDefaultMinimumObjectSize=least
            )
            return
        s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration=configuration)


def _check_days(**days: int | None) -> None:
    for name, value in days.items():
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
            raise InvalidInputError(f"{name} must be a positive whole number, not {value!r}")
