"""Launch one instance as it should be launched: tagged, encrypted, with IMDSv2, and never left behind."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from day89.ec2.waiting import wait_for
from day89.errors import InvalidInputError, error_code

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client

__all__ = ["launch_instance"]

USER_DATA_BYTES_MAX = 16 * 1024
DEFAULT_VOLUME_GIB = 8  # what Amazon Linux has
# A new instance profile reaches EC2 some seconds after IAM has it.
# https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency
PROFILE_PAUSES_SECONDS = (0.5, 1, 2, 4, 8)


def launch_instance(
    ec2: EC2Client,
    name: str,
    *,
    image_id: str,
    security_group_id: str,
    instance_type: str = "t3.micro",
    user_data: str = "",
    instance_profile: str | None = None,
    subnet_id: str | None = None,
    key_name: str | None = None,
    volume_gib: int | None = None,
    tags: Mapping[str, str] | None = None,
    client_token: str | None = None,
    spot: bool = False,
) -> str:
    """Launch exactly one instance and wait until it runs.

    It demands IMDSv2, its volume is encrypted, its tags are set by the launch itself, and it terminates (and does not
    only stop) when it shuts itself down. Where it does not come to run, or the wait is interrupted, it is terminated.

    Args:
        ec2: EC2 client.
        name: tag ``Name``.
        image_id: image to start from, see `newest_image`.
        security_group_id: who may come in.
        instance_type: such as ``"t3.micro"``.
        user_data: script for the first boot as plain text, at most 16 KiB; boto3 encodes it.
        instance_profile: name of the instance profile whose role it wears.
        subnet_id: where it stands; None is a default subnet.
        key_name: key pair for SSH.
        volume_gib: size of the root volume; None is the image's.
        tags: more tags, for the instance and its volume.
        client_token: the same token gives the same instance, so that a launch can be repeated safely after a crash.
        spot: buy it on the Spot market, see `launch_spot`.

    Returns:
        The id of the instance.

    Raises:
        InvalidInputError: user data of more than 16 KiB.
        JobFailedError: it terminated instead of running.
        WaitTimeoutError: it did not run in time.

    See https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RunInstances.html
    """
    _check_size(user_data)
    request = {
        **_safe_request(_root_volume(ec2, image_id, volume_gib), {**(tags or {}), "Name": name}, spot=spot),
        "ImageId": image_id,
        "InstanceType": instance_type,
        "SecurityGroupIds": [security_group_id],
    }
    if instance_profile:
        request["IamInstanceProfile"] = {"Name": instance_profile}
    optional = {"UserData": user_data, "SubnetId": subnet_id, "KeyName": key_name, "ClientToken": client_token}
    return _run_and_wait(ec2, request | {key: value for key, value in optional.items() if value})


def _check_size(user_data: str) -> None:
    size = len(user_data.encode())
    if size > USER_DATA_BYTES_MAX:
        raise InvalidInputError(f"user data of {size} bytes: at most {USER_DATA_BYTES_MAX} are allowed")


def _safe_request(volume: dict[str, Any], tags: Mapping[str, str], *, spot: bool) -> dict[str, Any]:
    """Demand what every instance of this package has: one, with IMDSv2, tagged from the start, gone when it ends."""
    labels = [{"Key": key, "Value": value} for key, value in tags.items()]
    request: dict[str, Any] = {
        "MinCount": 1,
        "MaxCount": 1,
        "MetadataOptions": {"HttpTokens": "required", "HttpEndpoint": "enabled"},
        "InstanceInitiatedShutdownBehavior": "terminate",
        "BlockDeviceMappings": [volume],
        "TagSpecifications": [{"ResourceType": kind, "Tags": labels} for kind in ("instance", "volume")],
    }
    if spot:
        request["InstanceMarketOptions"] = {"MarketType": "spot", "SpotOptions": {"SpotInstanceType": "one-time"}}
    return request


def _run_and_wait(ec2: EC2Client, request: dict[str, Any]) -> str:
    instance_id = _run(ec2, request)
    try:
        wait_for(ec2, "instance_running", f"running instance {instance_id}", InstanceIds=[instance_id])
    except BaseException:  # an interrupt too: its id would be lost, and it would bill on
        ec2.terminate_instances(InstanceIds=[instance_id])
        raise
    return instance_id


def _run(ec2: EC2Client, request: dict[str, Any]) -> str:
    for pause in (*PROFILE_PAUSES_SECONDS, None):
        try:
            return ec2.run_instances(**request)["Instances"][0]["InstanceId"]
        except ClientError as error:
            young = error_code(error) == "InvalidParameterValue" and re.search(r"instance ?profile", str(error), re.I)
            if pause is None or not young:
                raise
            time.sleep(pause)
    raise AssertionError("unreachable: the last turn returns or raises")


def _root_volume(ec2: EC2Client, image_id: str, volume_gib: int | None) -> dict[str, Any]:
    """Take the image's root device as it is, but encrypted: a mapping must name the device that the image has."""
    images = ec2.describe_images(ImageIds=[image_id])["Images"]
    image: Any = images[0] if images else {}
    device = image.get("RootDeviceName", "/dev/xvda")
    sizes = [m["Ebs"].get("VolumeSize") for m in image.get("BlockDeviceMappings", []) if m.get("DeviceName") == device]
    size = volume_gib or next((size for size in sizes if size), DEFAULT_VOLUME_GIB)
    volume = {"Encrypted": True, "VolumeType": "gp3", "VolumeSize": size, "DeleteOnTermination": True}
    return {"DeviceName": device, "Ebs": volume}
