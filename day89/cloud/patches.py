"""Put right, while a cloud is active, the few places inside moto that cannot be mended from outside."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from moto.core.utils import unix_time_millis
from moto.ec2.models.elastic_network_interfaces import NetworkInterface
from moto.ec2.models.instances import Instance
from moto.ec2.utils import filter_dict_attribute_mapping
from moto.iam.access_control import PermissionResult
from moto.s3.models import FakeBucket, S3Backend

from day89.cloud.pace import checks_passed

__all__ = ["moto_mended"]

PASSED = {"Status": "ok", "Details": [{"Name": "reachability", "Status": "passed"}]}
WAITING = {"Status": "initializing", "Details": [{"Name": "reachability", "Status": "initializing"}]}


@contextmanager
def moto_mended() -> Iterator[None]:
    """Replace, and at the end restore, what moto gets wrong inside."""
    give_address = NetworkInterface.check_auto_public_ip

    def check_auto_public_ip(self: Any) -> None:
        # An address comes with the state `running`, which day89.cloud.pace brings about, not with the interface.
        if getattr(self, "instance", None) is not None:
            give_address(self)

    list_versions = S3Backend.list_object_versions

    def list_object_versions(self: Any, bucket_name: str, **options: Any) -> Any:
        bucket = self.get_bucket(bucket_name)
        answer = list_versions(self, bucket_name, **_place(bucket, **options))
        _remember(bucket, *answer[3:])
        return answer

    with ExitStack() as stack:
        # moto reads bucket policies without their conditions; day89.cloud.policy has judged before moto is asked.
        stack.enter_context(patch.object(FakeBucket, "get_permission", lambda *_: PermissionResult.PERMITTED))
        stack.enter_context(patch.object(S3Backend, "list_object_versions", list_object_versions))
        stack.enter_context(patch.object(NetworkInterface, "check_auto_public_ip", check_auto_public_ip))
        # moto does not know this filter of DescribeInstances.
        stack.enter_context(patch.object(Instance, "state_code_text", property(_state_code), create=True))
        stack.enter_context(patch.dict(filter_dict_attribute_mapping, {"instance-state-code": "state_code_text"}))
        stack.enter_context(patch.object(Instance, "instance_status", property(_status)))
        stack.enter_context(patch.object(Instance, "system_status", property(_status)))
        yield


def _state_code(instance: Any) -> str:
    return str(instance._state.code)


def _status(instance: Any) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitoring-system-instance-status-check.html"""
    if instance.state != "running":
        return {"Status": "not-applicable"}
    return PASSED if checks_passed(instance) else WAITING


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
