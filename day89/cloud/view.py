"""What is in a local cloud, as plain data: for a page that shows it, without touching what it shows.

Every function takes a cloud and returns new dictionaries and lists. None of them makes a call, writes to the log or
lets a state pass.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from day89.cloud.moto.backend import active_backends, is_marker

if TYPE_CHECKING:
    from day89.cloud.local import Cloud

__all__ = ["alarms", "buckets", "calls", "groups", "instances", "objects", "roles", "versions"]


def buckets(cloud: Cloud) -> list[dict[str, Any]]:
    """Return every bucket: its region, how many objects and bytes it holds, and its settings."""
    with cloud.gateway.lock:
        return [_bucket(bucket) for bucket in _buckets(cloud)]


def _buckets(cloud: Cloud) -> Iterator[Any]:
    for backend in active_backends("s3"):
        yield from backend.buckets.values()


def _bucket(bucket: Any) -> dict[str, Any]:
    current = [one for name in bucket.keys if not is_marker(one := bucket.keys[name])]
    block = bucket.public_access_block
    return {
        "name": bucket.name,
        "account": bucket.account_id,
        "region": bucket.region_name,
        "created": bucket.creation_date.isoformat(),
        "objects": len(current),
        "bytes": sum(one.size for one in current),
        "versioning": bucket.versioning_status or "never enabled",
        "public_access_blocked": block is not None and block.block_public_policy and block.block_public_acls,
        "policy": bucket.policy.decode() if bucket.policy else None,
        "unfinished_uploads": len(bucket.multiparts),
    }


def objects(cloud: Cloud, bucket: str, prefix: str = "", most: int = 1000) -> list[dict[str, Any]]:
    """Return the current objects of a bucket in the order of S3, at most so many."""
    return [one for one in versions(cloud, bucket, prefix) if one["latest"] and not one["delete_marker"]][:most]


def versions(cloud: Cloud, bucket: str, prefix: str = "") -> list[dict[str, Any]]:
    """Return all versions and delete markers of a bucket, by key, the newest first."""
    with cloud.gateway.lock:
        found = cloud.state.bucket(bucket)
        names = sorted(name for name in found.keys if name.startswith(prefix)) if found is not None else []
        return [
            _version(one, place == 0) for name in names for place, one in enumerate(reversed(found.keys.getlist(name)))
        ]


def _version(one: Any, latest: bool) -> dict[str, Any]:
    told = {
        "key": one.name,
        "version_id": one.version_id,
        "latest": latest,
        "delete_marker": is_marker(one),
        "modified": one.last_modified.isoformat() + "Z",
    }
    if told["delete_marker"]:
        return told
    kept = {"bytes": one.size, "etag": one.etag.strip('"'), "storage_class": one.storage_class}
    return {**told, **kept, "content_type": one.metadata.get("Content-Type")}


def instances(cloud: Cloud) -> list[dict[str, Any]]:
    """Return every instance of every region, as it is shown now."""
    with cloud.gateway.lock:
        return [
            {
                "id": one.id,
                "region": one.region_name,
                "name": next((tag["value"] for tag in one.get_tags() if tag["key"] == "Name"), ""),
                "state": one.state,
                "type": one.instance_type,
                "image": one.image_id,
                "private_ip": one.private_ip,
                "public_ip": one.public_ip,
                "groups": sorted(group.id for group in one.security_groups),
                "launched": one.launch_time.isoformat() + "Z",
            }
            for backend in active_backends("ec2")
            for one in backend.all_instances()
        ]


def groups(cloud: Cloud) -> list[dict[str, Any]]:
    """Return the security groups that somebody made, each with what it lets in."""
    with cloud.gateway.lock:
        return [
            {
                "id": group.id,
                "name": group.name,
                "region": backend.region_name,
                "vpc": group.vpc_id,
                "ingress": [_rule(rule) for rule in group.ingress_rules],
            }
            for backend in active_backends("ec2")
            for group in backend.describe_security_groups()
            if group.name != "default"
        ]


def _rule(rule: Any) -> dict[str, Any]:
    sources = [one.get("CidrIp") or one.get("CidrIpv6") for one in rule.ip_ranges]
    sources += [one.get("GroupId") for one in rule.source_groups]
    return {"protocol": rule.ip_protocol, "from": rule.from_port, "to": rule.to_port, "sources": sources}


def roles(cloud: Cloud) -> list[dict[str, Any]]:
    """Return every role, with the names of its policies."""
    with cloud.gateway.lock:
        return [
            {
                "name": role.name,
                "arn": role.arn,
                "trust": role.assume_role_policy_document,
                "policies": sorted([*role.policies, *(policy.name for policy in role.managed_policies.values())]),
            }
            for backend in active_backends("iam")
            for role in backend.roles.values()
        ]


def alarms(cloud: Cloud) -> list[dict[str, Any]]:
    """Return every alarm, with its state."""
    with cloud.gateway.lock:
        return [
            {
                "name": alarm.name,
                "region": backend.region_name,
                "state": alarm.state_value,
                "metric": alarm.metric_name,
                "namespace": alarm.namespace,
                "threshold": alarm.threshold,
            }
            for backend in active_backends("cloudwatch")
            for alarm in backend.alarms.values()
        ]


def calls(cloud: Cloud, after: int = 0, most: int = 200) -> list[dict[str, Any]]:
    """Return the calls after the one with this number, oldest first; the newest where there are more than that."""
    with cloud.gateway.lock:
        found = [call for call in cloud.log if call.number > after][-most:]
        return [
            {
                "number": call.number,
                "service": call.service,
                "operation": call.operation,
                "subject": call.subject,
                "region": call.region,
                "principal": call.principal,
                "status": call.status,
                "error": call.error_code,
                "milliseconds": round(call.seconds * 1000, 3),
                "request_bytes": call.request_bytes,
                "response_bytes": call.response_bytes,
                "fault": call.fault,
            }
            for call in found
        ]
