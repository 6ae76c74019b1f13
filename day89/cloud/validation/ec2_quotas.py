"""Refuse more than an account may have of what a single call can ask for by number.

Default quotas of a new account: https://docs.aws.amazon.com/general/latest/gr/ec2-service.html. Error codes:
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from day89.cloud.messages.model import ApiCall, AwsError
from day89.cloud.moto.state import CloudState

__all__ = ["RULES"]

# Operation: the path of a number in its parameters, the most that it may be, the error code of more.
MOST: Mapping[str, tuple[tuple[tuple[str, ...], int, str], ...]] = {
    "AllocateHosts": ((("Quantity",), 2, "HostLimitExceeded"),),
    "CreateNetworkInterface": (
        (("SecondaryPrivateIpAddressCount",), 49, "PrivateIpAddressLimitExceeded"),
        (("Ipv6AddressCount",), 50, "InvalidParameterValue"),
    ),
    "AssignPrivateIpAddresses": ((("SecondaryPrivateIpAddressCount",), 49, "PrivateIpAddressLimitExceeded"),),
    "RequestSpotInstances": ((("InstanceCount",), 100, "MaxSpotInstanceCountExceeded"),),
    "RequestSpotFleet": ((("SpotFleetRequestConfig", "TargetCapacity"), 10_000, "SpotFleetCapacityLimitExceeded"),),
    "ModifySpotFleetRequest": ((("TargetCapacity",), 10_000, "SpotFleetCapacityLimitExceeded"),),
    "CreateFleet": (
        (("TargetCapacitySpecification", "TotalTargetCapacity"), 10_000, "InvalidTargetCapacitySpecification"),
        (("TargetCapacitySpecification", "OnDemandTargetCapacity"), 10_000, "InvalidTargetCapacitySpecification"),
        (("TargetCapacitySpecification", "SpotTargetCapacity"), 10_000, "InvalidTargetCapacitySpecification"),
    ),
}


def _asked(call: ApiCall) -> Iterator[tuple[str, int, int, str]]:
    for path, most, code in MOST[call.operation]:
        found: Any = call.params
        for name in path:
            found = found.get(name) if isinstance(found, Mapping) else None
        if found is not None:
            yield path[-1], int(found), most, code


def quotas(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse a number above the quota."""
    for name, asked, most, code in _asked(call):
        if asked > most:
            return AwsError(code, f"{name} is {asked}; your account's quota is {most}.")
    return None


RULES: Mapping[str, tuple[Callable[[ApiCall, CloudState], AwsError | None], ...]] = {
    f"ec2.{operation}": (quotas,) for operation in MOST
}
