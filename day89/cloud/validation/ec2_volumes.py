"""Refuse calls about volumes and key pairs as EC2 does.

Error codes: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import Any

from day89.cloud.messages.model import ApiCall, AwsError
from day89.cloud.moto.state import CloudState

__all__ = ["RULES"]

# Least and most: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVolume.html
IOPS = {"gp3": (3_000, 80_000), "io1": (100, 64_000), "io2": (100, 256_000)}
THROUGHPUT = (125, 2_000)
KEY_TYPES = frozenset({"rsa", "ed25519"})
KEY_KINDS = ("ssh-rsa", "ssh-ed25519", "ecdsa-")
NAME_LENGTH = 255


def _value(message: str) -> AwsError:
    return AwsError("InvalidParameterValue", message)


def _missing(name: str) -> AwsError:
    return AwsError("MissingParameter", f"The request must contain the parameter {name}")


def zone(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse a volume in a zone that is not there: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVolume.html"""
    given = call.params.get("AvailabilityZone")
    zones = state.backend("ec2", call.account, call.region).describe_availability_zones()
    if not given or given in {one.name for one in zones}:
        return None
    return AwsError("InvalidZone.NotFound", f"The zone '{given}' does not exist.")


def speed(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse a speed that the type of volume does not have: https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volume-types.html"""
    kind, iops, throughput = (call.params.get(name) for name in ("VolumeType", "Iops", "Throughput"))
    if iops is not None and kind in IOPS:
        least, most = IOPS[kind]
        if not least <= int(iops) <= most:
            word = f"low; minimum is {least}" if int(iops) < least else f"high; maximum is {most}"
            return _value(f"Volume iops of {iops} is too {word}.")
    if throughput is not None and kind == "gp3":
        least, most = THROUGHPUT
        if not least <= int(throughput) <= most:
            word = f"low; minimum is {least} MiB/s" if int(throughput) < least else f"high; maximum is {most} MiB/s"
            return _value(f"Throughput of {throughput} MiB/s is too {word}.")
    return None


def attach(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse a volume that is in use or elsewhere, and a device that is taken: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AttachVolume.html"""
    volume, instance = _both(call, state)
    if volume is None or instance is None:
        return None
    if volume.attachment is not None:
        return AwsError("VolumeInUse", f"{volume.id} is already attached to an instance")
    if volume.zone.name != instance.placement.zone:
        message = f"The volume '{volume.id}' is not in the same availability zone as instance '{instance.id}'"
        return AwsError("InvalidVolume.ZoneMismatch", message)
    device = call.params.get("Device")
    if device in instance.block_device_mapping:
        return _value(f"Invalid value '{device}' for unixDevice. Attachment point {device} is already in use")
    return None


def detach(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse to detach what is not attached: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DetachVolume.html"""
    volume, _ = _both(call, state)
    if volume is None or volume.attachment is not None:
        return None
    return AwsError("IncorrectState", f"Volume '{volume.id}' is in the 'available' state.")


def _both(call: ApiCall, state: CloudState) -> tuple[Any, Any]:
    backend = state.backend("ec2", call.account, call.region)
    instances = {one.id: one for one in backend.all_instances()}
    return backend.volumes.get(call.params.get("VolumeId")), instances.get(call.params.get("InstanceId"))


def key(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse a key pair without a name, or of a type that there is not: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateKeyPair.html"""
    name, kind = str(call.params.get("KeyName") or ""), call.params.get("KeyType")
    if not name:
        return _missing("KeyName")
    if len(name) > NAME_LENGTH:
        return _value(f"Value ({name}) for parameter KeyName is invalid. Length exceeds maximum of {NAME_LENGTH}.")
    return None if kind is None or kind in KEY_TYPES else _value(f"Invalid value '{kind}' for keyType.")


def key_material(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse a public key that is none: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ImportKeyPair.html"""
    given = call.params.get("PublicKeyMaterial") or b""
    text = (given if isinstance(given, bytes) else str(given).encode()).strip()
    kinds = tuple(kind.encode() for kind in KEY_KINDS)
    if not text.startswith((*kinds, b"----")):
        try:
            text = base64.b64decode(text, validate=True).strip()
        except (binascii.Error, ValueError):
            text = b""
    if text.startswith((*kinds, b"----")):
        return None
    return AwsError("InvalidKey.Format", "Key is not in valid OpenSSH public key format")


Rules = tuple[Callable[[ApiCall, CloudState], AwsError | None], ...]
RULES: Mapping[str, Rules] = {
    "ec2.CreateVolume": (zone, speed),
    "ec2.AttachVolume": (attach,),
    "ec2.DetachVolume": (detach,),
    "ec2.CreateKeyPair": (key,),
    "ec2.ImportKeyPair": (key, key_material),
}
