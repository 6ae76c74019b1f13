"""Filters of DescribeInstances: moto knows a few of them and breaks on the others.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from moto.ec2.utils import filter_dict_attribute_mapping, get_object_value, is_tag_filter, tag_filter_matches

__all__ = ["passes"]


def _reservation(instance: Any) -> list[str]:
    backend = instance.ec2_backend
    return [one.id for one in backend.reservations.values() if any(inst is instance for inst in one.instances)]


def _volumes(instance: Any) -> list[str]:
    return [str(device.volume_id) for _, device in instance.get_block_device_mapping]


def _profile(instance: Any) -> list[str]:
    found = instance.ec2_backend.iam_instance_profile_associations.get(instance.id)
    return [found.iam_instance_profile.arn] if found is not None else []


def _groups(instance: Any) -> list[Any]:
    return [group for nic in instance.nics.values() for group in nic._group_set]


FOUND: Mapping[str, Callable[[Any], Any]] = {
    "instance-state-code": lambda one: one._state.code,
    "client-token": lambda one: one.client_token,
    "launch-time": lambda one: one.launch_time.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
    "launch-index": lambda one: one.ami_launch_index,
    "reservation-id": _reservation,
    "instance-lifecycle": lambda one: one.lifecycle,
    "spot-instance-request-id": lambda one: getattr(one, "spot_instance_request_id", None),
    "hypervisor": lambda one: one.hypervisor,
    "virtualization-type": lambda one: one.virtualization_type,
    "root-device-name": lambda one: one.root_device_name,
    "root-device-type": lambda one: one.root_device_type,
    "ebs-optimized": lambda one: str(one.ebs_optimized).lower(),
    "monitoring-state": lambda one: one.monitoring_state,
    "platform": lambda one: one.platform,
    "tenancy": lambda one: one._placement.tenancy,
    "placement-group-name": lambda one: one._placement.group_name,
    "instance.group-id": lambda one: [group.id for group in _groups(one)],
    "instance.group-name": lambda one: [group.name for group in _groups(one)],
    "iam-instance-profile.arn": _profile,
    "block-device-mapping.volume-id": _volumes,
    "block-device-mapping.device-name": lambda one: [name for name, _ in one.get_block_device_mapping],
    "metadata-options.http-tokens": lambda one: one.metadata_options.http_tokens,
    "metadata-options.http-endpoint": lambda one: one.metadata_options.http_endpoint,
    "network-interface.network-interface-id": lambda one: [nic.id for nic in one.nics.values()],
    "network-interface.subnet-id": lambda one: [nic.subnet.id for nic in one.nics.values()],
    "network-interface.vpc-id": lambda one: [nic.subnet.vpc_id for nic in one.nics.values()],
    "network-interface.group-id": lambda one: [group.id for group in _groups(one)],
    "network-interface.private-ip-address": lambda one: [nic.private_ip_address for nic in one.nics.values()],
    "network-interface.addresses.private-ip-address": lambda one: [nic.private_ip_address for nic in one.nics.values()],
}


def passes(instance: Any, filters: Mapping[str, Sequence[str]]) -> bool:
    """Return whether an instance fits all filters; one of something that no instance here has fits none."""
    for name, wanted in filters.items():
        if is_tag_filter(name):
            if not tag_filter_matches(instance, name, wanted):
                return False
            continue
        found = _found(instance, name)
        values = found if isinstance(found, list) else [] if found is None else [found]
        if not any(fnmatchcase(_text(value), pattern) for value in values for pattern in wanted):
            return False
    return True


def _found(instance: Any, name: str) -> Any:
    if name in FOUND:
        return FOUND[name](instance)
    attribute = filter_dict_attribute_mapping.get(name)
    return get_object_value(instance, attribute) if attribute else None


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
