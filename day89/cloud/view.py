"""What is in a local cloud, as plain data: for a page that shows it, without touching what it shows.

Every function takes a cloud and returns new dictionaries and lists. None of them makes a call, writes to the log or
lets a state pass.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from day89.cloud.moto.backend import active_backends, is_marker

if TYPE_CHECKING:
    from day89.cloud.local import Cloud

__all__ = ["addresses", "alarms", "buckets", "calls", "groups", "instances", "objects", "regions", "roles", "versions"]

# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/security-group-rules-reference.html
PORTS = {22: "SSH", 80: "HTTP", 443: "HTTPS", 3389: "RDP", 3306: "MySQL", 5432: "PostgreSQL", 8888: "Jupyter"}
WORLD = ("0.0.0.0/0", "::/0")


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
        "encryption": _encryption(bucket),
        "lifecycle_rules": len(getattr(bucket, "day89_lifecycle", [])),
        "unfinished_uploads": len(bucket.multiparts),
    }


def _encryption(bucket: Any) -> str:
    """Return the default encryption of a bucket; S3 always has one.

    See https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-encryption-faq.html
    """
    rule = (bucket.encryption or {}).get("Rule") or {}
    first = rule[0] if isinstance(rule, list) and rule else rule
    algorithm = (first or {}).get("ApplyServerSideEncryptionByDefault", {}).get("SSEAlgorithm", "AES256")
    return "SSE-S3" if algorithm == "AES256" else f"SSE-KMS ({algorithm})"


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
    """Return every instance of every region, in the state that the next call would be told, and how it got there."""
    with cloud.gateway.lock:
        return [
            _instance(cloud, one, backend.region_name)
            for backend in active_backends("ec2")
            for one in backend.all_instances()
        ]


def _instance(cloud: Cloud, one: Any, region: str) -> dict[str, Any]:
    state = cloud.keeper.state_now(one)
    cloud.keeper.note(one.id, state)  # it may have passed by time, or from inside, and no call has seen it yet
    profile = one.ec2_backend.iam_instance_profile_associations.get(one.id)
    ran = next((known for known in cloud.fleet or () if known.id == one.id), None)
    return {
        "id": one.id,
        "region": region,
        "name": next((tag["value"] for tag in one.get_tags() if tag["key"] == "Name"), ""),
        "state": state,
        "history": [[name, datetime.fromtimestamp(at, UTC).isoformat()] for name, at in cloud.keeper.history[one.id]],
        "reason": getattr(one.state_reason, "message", None) or "",
        "type": one.instance_type,
        "image": one.image_id,
        "private_ip": one.private_ip,
        "public_ip": one.public_ip,
        "groups": sorted(group.id for group in one.security_groups),
        "imdsv2": one.metadata_options.http_tokens == "required",
        "profile": profile.iam_instance_profile.name if profile else None,
        "console": ran.console() if ran is not None else None,
        "launched": one.launch_time.isoformat() + "Z",
    }


def regions(cloud: Cloud) -> list[str]:
    """Return the regions in which EC2 was used."""
    with cloud.gateway.lock:
        return sorted({backend.region_name for backend in active_backends("ec2")})


def addresses(cloud: Cloud) -> list[dict[str, Any]]:
    """Return the Elastic IP addresses, each with the instance that has it."""
    with cloud.gateway.lock:
        return [
            {"ip": one.public_ip, "region": backend.region_name, "instance": one.instance.id if one.instance else None}
            for backend in active_backends("ec2")
            for one in backend.addresses
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
    one = rule.ip_range
    source = one.get("CidrIp") or one.get("CidrIpv6") or rule.source_group.get("GroupId") or rule.prefix_list_id or ""
    told = {"protocol": rule.ip_protocol, "from": rule.from_port, "to": rule.to_port, "source": source}
    return {**told, "world": source in WORLD, "words": _rule_words(told)}


def _rule_words(rule: Mapping[str, Any]) -> str:
    first, last, protocol = rule["from"], rule["to"], rule["protocol"]
    if protocol == "-1":
        what = "everything"
    elif protocol in ("icmp", "icmpv6"):
        what = "ping (ICMP)"
    elif first == last:
        what = f"{PORTS[first]} (port {first})" if first in PORTS else f"{protocol.upper()} port {first}"
    else:
        every = (first, last) in ((0, 65535), (1, 65535))
        what = f"every {protocol.upper()} port" if every else f"{protocol.upper()} ports {first} to {last}"
    return f"{what} open to {'the world' if rule['source'] in WORLD else rule['source'] or 'nobody'}"


def roles(cloud: Cloud) -> list[dict[str, Any]]:
    """Return every role: who may take it on, its policies, and what they let it do, a line each."""
    with cloud.gateway.lock:
        return [
            {
                "name": role.name,
                "arn": role.arn,
                "trust": role.assume_role_policy_document,
                "trusted": _trusted(_document(role.assume_role_policy_document)),
                "policies": sorted([*role.policies, *(policy.name for policy in role.managed_policies.values())]),
                "may": [
                    line
                    for text in [*role.policies.values(), *map(_default_version, role.managed_policies.values())]
                    for line in _permissions(_document(text))
                ],
            }
            for backend in active_backends("iam")
            for role in backend.roles.values()
        ]


def _default_version(policy: Any) -> str:
    return next((one.document for one in policy.versions if one.version_id == policy.default_version_id), "")


def _document(text: Any) -> Mapping[str, Any]:
    """Return a policy as data; an empty one where it cannot be read."""
    try:
        found = json.loads(unquote(text) if str(text).startswith("%") else text)
    except (TypeError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _many(found: Any) -> list[Any]:
    return found if isinstance(found, list) else [found] if found else []


def _trusted(document: Mapping[str, Any]) -> list[str]:
    found = [one.get("Principal") for one in _many(document.get("Statement"))]
    return [
        str(name)
        for one in found
        for names in (one.values() if isinstance(one, dict) else [one or "nobody"])
        for name in _many(names)
    ]


def _permissions(document: Mapping[str, Any]) -> list[str]:
    lines = []
    for one in _many(document.get("Statement")):
        actions = _many(one.get("Action")) or [f"all but {name}" for name in _many(one.get("NotAction"))]
        where = _many(one.get("Resource")) or [f"all but {name}" for name in _many(one.get("NotResource"))]
        when = f", if {', '.join(one['Condition'])}" if one.get("Condition") else ""
        lines.append(
            f"{one.get('Effect', 'Allow')} {', '.join(map(str, actions))} on {', '.join(map(str, where))}{when}"
        )
    return lines


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
                "comparison": alarm.comparison_operator,
                "actions": list(alarm.alarm_actions or ()),
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
