"""Compute what the instance metadata service answers, path by path.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-categories.html
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from day89.cloud.instances import moto as instances_moto
from day89.cloud.instances.moto import Role, Seen

__all__ = ["CREDENTIAL_SECONDS", "Tree"]

CREDENTIAL_SECONDS = 6 * 3600
RENEW_BEFORE = timedelta(minutes=15)
Leaf = Callable[[], "str | None"]


def _time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass
class Tree:
    """The metadata of one instance, looked up at the moment of each request."""

    seen: Seen
    address: str
    credential_seconds: int = CREDENTIAL_SECONDS
    interruption: datetime | None = None  # when a Spot instance is to be taken away
    _minted: dict[str, Any] = field(default_factory=dict)

    def read(self, path: str) -> str | bytes | None:
        """Return what stands at a path below ``/latest/``, or None where there is nothing.

        Args:
            path: such as ``meta-data/instance-id``; a folder answers with the names in it, one a line.
        """
        if path == "user-data":
            return self.seen.user_data or None
        if path == "dynamic/instance-identity/document":
            return self._identity_document()
        if path.startswith("meta-data"):
            return self._meta_data(path.removeprefix("meta-data").strip("/"))
        return "dynamic\nmeta-data\nuser-data" if path == "" else None

    def _meta_data(self, path: str) -> str | None:
        leaves = self._leaves()
        if path in leaves:
            return leaves[path]()
        below = path + "/" if path else ""
        names = {name[len(below) :] for name in leaves if name.startswith(below) and leaves[name]() is not None}
        listed = {name.split("/")[0] + ("/" if "/" in name else "") for name in names}
        return "\n".join(sorted(listed)) or None

    def _leaves(self) -> dict[str, Leaf]:
        moto = self.seen.moto
        leaves: dict[str, Leaf] = {
            "ami-id": lambda: str(moto.image_id),
            "ami-launch-index": lambda: str(moto.ami_launch_index),
            "hostname": lambda: str(moto.private_dns_name),
            "iam/info": self._iam_info,
            "instance-action": lambda: "none",
            "instance-id": lambda: self.seen.id,
            "instance-life-cycle": lambda: moto.lifecycle or "on-demand",
            "instance-type": lambda: str(moto.instance_type),
            "local-hostname": lambda: str(moto.private_dns_name),
            "local-ipv4": lambda: self.address,
            "placement/availability-zone": lambda: str(moto.availability_zone),
            "placement/region": lambda: self.seen.region,
            "public-hostname": lambda: moto.public_dns_name,
            "public-ipv4": lambda: moto.public_ip,
            "security-groups": lambda: "\n".join(group.name for group in moto.security_groups) or "default",
            "services/domain": lambda: "amazonaws.com",
            "services/partition": lambda: "aws",
            "spot/instance-action": self._spot_action,
            "spot/termination-time": lambda: _time(self.interruption) if self.interruption else None,
        }
        return leaves | self._role_leaves() | self._tag_leaves()

    def _role_leaves(self) -> dict[str, Leaf]:
        role = instances_moto.role_of(self.seen)
        if role is None:
            return {}
        return {
            "iam/security-credentials": lambda: role.name,
            f"iam/security-credentials/{role.name}": lambda: self._credentials(role),
        }

    def _tag_leaves(self) -> dict[str, Leaf]:
        tags = self.seen.metadata_tags
        return {f"tags/instance/{name}": partial(str, value) for name, value in (tags or {}).items()}

    def _iam_info(self) -> str | None:
        role = instances_moto.role_of(self.seen)
        if role is None:
            return None
        facts = {"InstanceProfileArn": role.profile_arn, "InstanceProfileId": role.profile_id}
        return json.dumps({"Code": "Success", "LastUpdated": _time(datetime.now(UTC)), **facts})

    def _credentials(self, role: Role) -> str:
        minted = self._minted.get(role.arn)
        now = datetime.now(UTC)
        if minted is None or minted.expiration.replace(tzinfo=UTC) - now < RENEW_BEFORE:
            minted = self._minted[role.arn] = instances_moto.mint(self.seen, role, self.credential_seconds)
        return json.dumps(
            {
                "Code": "Success",
                "LastUpdated": _time(now),
                "Type": "AWS-HMAC",
                "AccessKeyId": minted.access_key_id,
                "SecretAccessKey": minted.secret_access_key,
                "Token": minted.session_token,
                "Expiration": _time(minted.expiration),
            }
        )

    def _spot_action(self) -> str | None:
        # https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-instance-termination-notices.html
        return json.dumps({"action": "terminate", "time": _time(self.interruption)}) if self.interruption else None

    def _identity_document(self) -> str:
        moto = self.seen.moto
        return json.dumps(
            {
                "accountId": self.seen.account,
                "architecture": moto.architecture,
                "availabilityZone": moto.availability_zone,
                "imageId": moto.image_id,
                "instanceId": self.seen.id,
                "instanceType": moto.instance_type,
                "pendingTime": _time(moto.launch_time),
                "privateIp": self.address,
                "region": self.seen.region,
                "version": "2017-09-30",
            },
            indent=2,
        )
