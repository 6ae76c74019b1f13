"""Patch, while a cloud is active, the few places inside moto that cannot be corrected from outside."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from moto.core.utils import unix_time_millis
from moto.iam.access_control import PermissionResult
from moto.s3 import models
from moto.s3.models import FakeBucket, S3Backend

from day89.cloud.moto.patch_s3_versions import versions_mended

__all__ = ["moto_mended"]


@contextmanager
def moto_mended() -> Iterator[None]:
    """Replace, and at the end restore, what moto gets wrong inside."""
    list_versions = S3Backend.list_object_versions

    def list_object_versions(self: Any, bucket_name: str, **options: Any) -> Any:
        bucket = self.get_bucket(bucket_name)
        # moto copies every object of the bucket, deeply, for each page; it only writes down which is the latest.
        with patch.object(models, "copy", SimpleNamespace(deepcopy=list)):
            answer = list_versions(self, bucket_name, **_place(bucket, **options))
        _remember(bucket, *answer[3:])
        return answer

    with ExitStack() as stack:
        stack.enter_context(versions_mended())
        # moto ignores the conditions of bucket policies; day89.cloud.auth.evaluate has judged before moto is asked.
        stack.enter_context(patch.object(FakeBucket, "get_permission", lambda *_: PermissionResult.PERMITTED))
        stack.enter_context(patch.object(S3Backend, "list_object_versions", list_object_versions))
        yield


def _in_order(bucket: Any) -> list[Any]:
    """Return the versions and markers of a bucket as moto lists them: by name, the newest first."""
    found = [version for _, versions in bucket.keys.iterlists() for version in versions]
    return sorted(found, key=lambda version: (version.name, -unix_time_millis(version.last_modified)))


def _remember(bucket: Any, key_marker: str | None, version_id_marker: str | None) -> None:
    """Write down which versions of the marker's key have been listed, so that the place outlives the version."""
    if key_marker is None or version_id_marker is None:
        return
    ids = [version.version_id for version in _in_order(bucket) if version.name == key_marker]
    listed = ids[: ids.index(version_id_marker) + 1] if version_id_marker in ids else [version_id_marker]
    bucket.__dict__.setdefault("day89_listed", {})[key_marker, version_id_marker] = frozenset(listed)


def _place(bucket: Any, key_marker: str | None = None, version_id_marker: str | None = None, **options: Any) -> Any:
    """Put the last version that is still there in the place of a marker whose version was deleted meanwhile.

    moto looks for the marker's version and, where it is gone, finds nothing more; S3 lists what comes after it.
    https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html
    """
    if not key_marker:
        return options
    known = bucket.__dict__.get("day89_listed", {}).get((key_marker, version_id_marker), {version_id_marker})
    before = None
    for version in _in_order(bucket):
        same = version.name == key_marker and (version_id_marker is None or version.version_id in known)
        before = version if version.name < key_marker or same else before
    if before is None:
        return options
    return {**options, "key_marker": before.name, "version_id_marker": before.version_id}
