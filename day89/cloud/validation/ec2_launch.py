"""Refuse launches whose parts do not fit together. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RunInstances.html"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from day89.cloud.messages.model import ApiCall, AwsError
from day89.cloud.moto import images
from day89.cloud.moto.state import CloudState

__all__ = ["RULES"]

TOKEN_LENGTH = 64
BEHAVIOURS = ("stop", "terminate")
# Smallest and largest size in GiB: https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volume-types.html
VOLUMES = {
    "gp3": (1, 65_536),
    "gp2": (1, 16_384),
    "io1": (4, 16_384),
    "io2": (4, 65_536),
    "st1": (125, 16_384),
    "sc1": (125, 16_384),
    "standard": (1, 1_024),
}


def _value(message: str) -> AwsError:
    return AwsError("InvalidParameterValue", message)


def _combination(message: str) -> AwsError:
    return AwsError("InvalidParameterCombination", message)


def _sources(call: ApiCall, state: CloudState) -> Iterator[Mapping[str, Any]]:
    """Yield the launch and the template that it names."""
    yield call.params
    if call.params.get("LaunchTemplate"):
        backend = state.backend("ec2", call.account, call.region)
        yield backend._get_template_from_args(call.params["LaunchTemplate"]).data


def _named(call: ApiCall, state: CloudState, name: str) -> Any:
    return next((found for source in _sources(call, state) if (found := source.get(name))), None)


def client_token(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse client tokens that are too long: https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html"""
    token = str(call.params.get("ClientToken") or "")
    if len(token) <= TOKEN_LENGTH and token.isascii():
        return None
    return _value(f"Invalid value '{token}' for ClientToken: it must be at most {TOKEN_LENGTH} ASCII characters.")


def shutdown_behaviour(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse what an instance cannot do when it shuts down."""
    given = call.params.get("InstanceInitiatedShutdownBehavior")
    given = given.get("Value") if isinstance(given, dict) else given
    if given is None or given in BEHAVIOURS:
        return None
    return _value(f"Value ({given}) for parameter instanceInitiatedShutdownBehavior is invalid. Invalid value.")


def architecture(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse an image on a type of another architecture: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-types.html"""
    backend = state.backend("ec2", call.account, call.region)
    wanted = str(_named(call, state, "ImageId") or "")
    if wanted.startswith("resolve:ssm:"):
        name = wanted.removeprefix("resolve:ssm:")
        wanted = state.backend("ssm", call.account, call.region).get_parameters([name])[name].value
    image = backend.amis.get(wanted)
    kind = _named(call, state, "InstanceType") or "m1.small"
    able = images.architectures(call.region, kind)
    if image is None or not able or image.architecture in able:
        return None
    return _value(
        f"The architecture '{','.join(able)}' of the specified instance type does not match the architecture "
        f"'{image.architecture}' of the specified AMI. Specify an instance type and an AMI that have matching "
        "architectures, and try again. You can use 'describe-instance-types' or 'describe-images' to discover the "
        "architecture of the instance type or AMI."
    )


def interfaces(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse groups, a subnet or an address beside network interfaces, which have their own."""
    given = call.params
    if given.get("NetworkInterfaces"):
        if given.get("SecurityGroupIds") or given.get("SecurityGroups"):
            return _combination(
                "Network interfaces and an instance-level security groups may not be specified on the same request"
            )
        if given.get("SubnetId"):
            return _combination(
                "Network interfaces and an instance-level subnet ID may not be specified on the same request"
            )
        if given.get("PrivateIpAddress"):
            return _combination(
                "Network interfaces and an instance-level private address may not be specified on the same request"
            )
    if given.get("SecurityGroups") and given.get("SubnetId"):
        return _combination("The parameter groupName cannot be used with the parameter subnet")
    return None


def same_network(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse security groups of another VPC than the subnet's."""
    backend = state.backend("ec2", call.account, call.region)
    subnets = {found.id: found.vpc_id for zone in backend.subnets.values() for found in zone.values()}
    default = getattr(backend.get_default_vpc(), "id", None)
    named = [(call.params.get("SubnetId"), call.params.get("SecurityGroupIds") or [])]
    named += [(one.get("SubnetId"), one.get("Groups") or []) for one in call.params.get("NetworkInterfaces") or []]
    for subnet, groups in named:
        vpc = subnets.get(subnet) if subnet else default
        for group_id in groups:
            group = backend.get_security_group_from_id(group_id)
            if group is not None and vpc is not None and group.vpc_id != vpc:
                where = f"subnet {subnet}" if subnet else "the default subnet"
                message = f"Security group {group_id} and {where} belong to different networks."
                return AwsError("InvalidParameter", message)
    return None


def disks(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse volumes that are smaller than the snapshot, or of a size that their type does not have."""
    backend = state.backend("ec2", call.account, call.region)
    image = backend.amis.get(_named(call, state, "ImageId"))
    for mapping in call.params.get("BlockDeviceMappings") or []:
        disk = mapping.get("Ebs") or {}
        size = disk.get("VolumeSize")
        if size is None:
            continue
        least = images.ROOT_GIB if image is not None and mapping.get("DeviceName") == image.root_device_name else 0
        if int(size) < least:
            message = f"Volume of size {size}GB is smaller than snapshot '{_snapshot(image)}', expect size >= {least}GB"
            return AwsError("InvalidBlockDeviceMapping", message)
        refusal = _size(int(size), disk.get("VolumeType") or "gp2")
        if refusal is not None:
            return refusal
    return None


def _snapshot(image: Any) -> str:
    return str(getattr(image, "ebs_snapshot", None) and image.ebs_snapshot.id)


def volume(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse volumes of a size that their type does not have: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVolume.html"""
    size, kind = call.params.get("Size"), call.params.get("VolumeType") or "gp2"
    if kind not in VOLUMES:
        return _value(f"Value ({kind}) for parameter volumeType is invalid. Unknown volume type.")
    return None if size is None else _size(int(size), kind)


def _size(size: int, kind: str) -> AwsError | None:
    if kind not in VOLUMES:
        return _value(f"Value ({kind}) for parameter volumeType is invalid. Unknown volume type.")
    least, most = VOLUMES[kind]
    if size < least:
        return _value(f"Volume of {size}GiB is too small for volume type {kind}; minimum is {least}GiB.")
    if size > most:
        return _value(f"Volume of {size}GiB is too large for volume type {kind}; maximum is {most}GiB.")
    return None


Rules = tuple[Callable[[ApiCall, CloudState], AwsError | None], ...]
RULES: Mapping[str, Rules] = {
    "ec2.RunInstances": (client_token, shutdown_behaviour, interfaces, same_network, architecture, disks),
    "ec2.ModifyInstanceAttribute": (shutdown_behaviour,),
    "ec2.CreateVolume": (volume,),
}
