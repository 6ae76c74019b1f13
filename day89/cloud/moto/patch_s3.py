"""Patch, while a cloud is active, how moto keeps versions and announces events.

Where versioning is suspended moto forgets all older versions; S3 keeps them and replaces only the one called ``null``.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/AddingObjectstoVersionSuspendedBuckets.html
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from moto.iam.access_control import PermissionResult
from moto.moto_api._internal import mock_random
from moto.s3 import models, notifications
from moto.s3.models import FakeBucket, FakeDeleteMarker, S3Backend, _VersionedKeyStore
from moto.s3.notifications import S3NotificationEvent

from day89.cloud.messages.version_ids import NULL, make_version_id

__all__ = ["s3_mended"]


class _Drawn:
    """moto's random numbers, but for its version ids, which are S3's."""

    def __getattr__(self, name: str) -> Any:
        return getattr(mock_random, name)

    def uuid4(self) -> str:
        return make_version_id(mock_random.uuid4().bytes)


@contextmanager
def s3_mended() -> Iterator[None]:
    """Replace, and at the end restore, what moto gets wrong."""
    put, delete, describe = S3Backend.put_object, S3Backend.delete_object, notifications._get_s3_event

    def put_object(self: Any, bucket_name: str, key_name: str, *values: Any, **options: Any) -> Any:
        if options.get("multipart") is not None:
            options["disable_notification"] = True  # it is announced as CompleteMultipartUpload, once
        with _set_aside(self.get_bucket(bucket_name), key_name):
            return put(self, bucket_name, key_name, *values, **options)

    def delete_object(self: Any, bucket_name: str, key_name: str, version_id: str | None = None, **options: Any) -> Any:
        bucket = self.get_bucket(bucket_name)
        if version_id is None and bucket.versioning_status:
            return True, _mark(self, bucket, key_name)
        found = [one for one in bucket.keys.getlist(key_name, []) if one.version_id == version_id]
        was = bucket.versioning_status
        # Where versioning is suspended moto takes one version for all of them.
        bucket.versioning_status = "Enabled" if was else was
        try:
            done, said = delete(self, bucket_name, key_name, version_id=version_id, **options)
        finally:
            bucket.versioning_status = was
        if found and isinstance(found[0], FakeDeleteMarker):
            said["delete-marker"] = "true"
        return done, said

    with ExitStack() as stack:
        stack.enter_context(patch.object(models, "random", _Drawn()))
        # moto ignores the conditions of bucket policies; day89.cloud.auth.evaluate has judged before moto is asked.
        stack.enter_context(patch.object(FakeBucket, "get_permission", lambda *_: PermissionResult.PERMITTED))
        # S3 takes a target for logs first and finds out later that it may not write there.
        stack.enter_context(patch.object(FakeBucket, "_log_permissions_enabled_policy", lambda *_, **__: True))
        stack.enter_context(patch.object(S3Backend, "put_object", put_object))
        stack.enter_context(patch.object(S3Backend, "delete_object", delete_object))
        stack.enter_context(patch.object(_VersionedKeyStore, "item_size", _size))
        stack.enter_context(patch.object(notifications, "_get_s3_event", lambda *given: _complete(describe, *given)))
        yield


@contextmanager
def _set_aside(bucket: Any, key_name: str) -> Iterator[None]:
    """Keep a key's older versions from moto, which would throw them away where versioning is suspended."""
    kept = _named(bucket, key_name) if bucket.versioning_status == "Suspended" else []
    if kept:
        others = [one for one in bucket.keys.getlist(key_name) if one not in kept]
        dict.__setitem__(bucket.keys, key_name, others)
    try:
        yield
    finally:
        if kept:
            dict.__setitem__(bucket.keys, key_name, [*kept, *bucket.keys.getlist(key_name)])


def _named(bucket: Any, key_name: str) -> list[Any]:
    """Return the versions of a key that have an id of their own, oldest first."""
    return [one for one in bucket.keys.getlist(key_name, []) if one.version_id != NULL]


def _mark(backend: Any, bucket: Any, key_name: str) -> dict[str, str]:
    """Put a delete marker on a key, whether or not there is anything under it.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeleteMarker.html
    """
    marker = FakeDeleteMarker(key=SimpleNamespace(name=key_name))
    kept = bucket.keys.getlist(key_name, [])
    if bucket.versioning_status == "Suspended":
        marker._version_id, kept = NULL, _named(bucket, key_name)
    bucket.keys.setlist(key_name, [*kept, marker])
    marker.etag, marker.size = "", 0
    event = S3NotificationEvent.OBJECT_REMOVED_DELETE_MARKER_CREATED_EVENT
    notifications.send_event(backend.account_id, event, bucket, marker)
    return {"version-id": marker.version_id, "delete-marker": "true"}


def _size(store: Any) -> int:
    """Return the bytes of all versions, which ``AWS/S3 BucketSizeBytes`` counts; moto counts Python objects."""
    versions = (version for _, listed in store.iterlists() for version in listed)
    return sum(version.size for version in versions if not isinstance(version, FakeDeleteMarker))


def _complete(describe: Any, event_name: str, bucket: Any, key: Any, notification_id: str) -> dict[str, Any]:
    """Tell of an object what S3 tells: its version where there are any, no size where it is gone.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
    """
    event: dict[str, Any] = describe(event_name, bucket, key, notification_id)
    told = event["Records"][0]["s3"]["object"]
    told["sequencer"] = f"{time.time_ns():018X}"
    if event_name.startswith("s3:ObjectRemoved:"):
        del told["size"], told["eTag"]
    if bucket.versioning_status:
        told["versionId"] = key.version_id
    return event
