"""Read and change what moto knows of instances: the one place where the fleet depends on moto's internals.

``tests/cloud/instances/test_moto_contract.py`` holds moto to each name that is used here.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from moto.backends import get_backend

__all__ = ["Role", "Seen", "finish_shutdown", "look", "mint", "place", "role_of"]

GONE = frozenset({"stopping", "stopped", "shutting-down", "terminated"})
SHUTDOWN_CODE = "Client.InstanceInitiatedShutdown"


@dataclass(frozen=True)
class Seen:
    """A snapshot of one instance in moto; ``moto`` is moto's own object."""

    id: str
    account: str
    region: str
    state: str
    moto: Any

    @property
    def ended(self) -> bool:
        """Return whether its processes should be gone."""
        return self.state in GONE

    @property
    def user_data(self) -> bytes:
        """Return the user data as the launch gave it, base64 taken off."""
        data = self.moto.user_data
        if not data:
            return b""
        text = data if isinstance(data, (str, bytes)) else data.as_bytes()
        return base64.b64decode(text)

    @property
    def required_tokens(self) -> bool:
        """Return whether the metadata service answers only with a session token (IMDSv2)."""
        return bool(self.moto.metadata_options.http_tokens == "required")

    @property
    def metadata_enabled(self) -> bool:
        """Return whether the metadata service answers at all."""
        return bool(self.moto.metadata_options.http_endpoint != "disabled")

    @property
    def metadata_tags(self) -> dict[str, str] | None:
        """Return the tags, where the metadata service may show them, else None."""
        if self.moto.metadata_options.instance_metadata_tags != "enabled":
            return None
        return {tag["key"]: tag["value"] for tag in self.moto.get_tags()}


@dataclass(frozen=True)
class Role:
    """The role that an instance has through its profile."""

    name: str
    arn: str
    profile_arn: str
    profile_id: str


def look() -> Iterator[Seen]:
    """Yield every instance of every account and region."""
    for account, regions in list(get_backend("ec2").items()):
        for region, backend in list(regions.items()):
            for reservation in list(backend.reservations.values()):
                for item in reservation.instances:
                    yield Seen(item.id, account, region, item.state, item)


def place(seen: Seen, address: str) -> str | None:
    """Give an instance its loopback address as the address that describe_instances shows.

    Args:
        seen: the instance.
        address: the address; the public one is shown only where AWS would give one.

    Returns:
        The private address that moto had drawn, where this replaced one.
    """
    interface = seen.moto.nics[0]
    before = interface.private_ip_address
    if before != address:
        for item in interface.private_ip_addresses:
            if item.get("PrivateIpAddress") == interface.private_ip_address:
                item["PrivateIpAddress"] = address
        interface.private_ip_address = address
    # Whenever moto gives it a public address (a launch, a start, a state that has passed), it is to be this one.
    interface.check_auto_public_ip = partial(_give_public_address, interface, address)
    if interface.public_ip and interface.public_ip != address and not _elastic(interface):
        interface.public_ip = address
    return before if before != address else None


def _give_public_address(interface: Any, address: str) -> None:
    if str(interface.public_ip_auto_assign).lower() == "true":
        interface.public_ip = address


def _elastic(interface: Any) -> bool:
    return bool(interface.ec2_backend.address_by_ip([interface.public_ip], fail_if_not_found=False))


def finish_shutdown(seen: Seen) -> None:
    """Stop or terminate an instance that has shut itself down, as its launch said.

    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_ChangingInstanceInitiatedShutdownBehavior.html
    """
    if seen.ended:
        return
    # Termination protection does not hold against a shutdown from inside.
    if seen.moto.instance_initiated_shutdown_behavior == "terminate":
        seen.moto.terminate()
    else:
        seen.moto.stop()
    seen.moto.state_reason.code = SHUTDOWN_CODE
    seen.moto.state_reason.message = f"{SHUTDOWN_CODE}: Instance initiated shutdown"


def role_of(seen: Seen) -> Role | None:
    """Return the role of an instance, as it is now: a profile may come after the launch."""
    association = seen.moto.ec2_backend.iam_instance_profile_associations.get(seen.id)
    profile = association.iam_instance_profile if association else None
    if profile is None or not profile.roles:
        return None
    role = profile.roles[0]
    return Role(role.name, role.arn, profile.arn, profile.id)


def mint(seen: Seen, role: Role, seconds: int) -> Any:
    """Make temporary credentials of a role for an instance.

    Args:
        seen: the instance; its id is the session's name.
        role: the role.
        seconds: how long they are good.

    Returns:
        moto's AssumedRole: ``access_key_id``, ``secret_access_key``, ``session_token``, ``expiration``.
    """
    backend = get_backend("sts")[seen.account]["aws"]
    return backend.assume_role(
        region_name=seen.region,
        role_session_name=seen.id,
        role_arn=role.arn,
        policy=None,
        duration=seconds,
        external_id=None,
    )
