"""Let AWS keep so many instances running as the load needs: launch template and Auto Scaling group."""

from __future__ import annotations

import base64
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from day89.errors import InvalidInputError, NotFoundError, WaitTimeoutError, error_code

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from mypy_boto3_autoscaling import AutoScalingClient
    from mypy_boto3_ec2 import EC2Client

__all__ = [
    "Group",
    "create_group",
    "create_launch_template",
    "delete_group",
    "delete_launch_template",
    "describe_group",
    "scale_group",
]

POLL_SECONDS = 5.0


@dataclass(frozen=True)
class Group:
    """An Auto Scaling group."""

    name: str
    minimum: int
    maximum: int
    desired: int
    instance_ids: tuple[str, ...]
    in_service: tuple[str, ...]


def create_launch_template(
    ec2: EC2Client,
    name: str,
    *,
    image_id: str,
    security_group_id: str,
    instance_type: str = "t3.micro",
    user_data: str = "",
    instance_profile: str | None = None,
) -> str:
    """Keep how an instance is launched under a name; where the name exists, as its next version and default.

    Args:
        ec2: EC2 client.
        name: name of the template, and tag ``Name`` of its instances.
        image_id: image to start from.
        security_group_id: who may come in.
        instance_type: such as ``"t3.micro"``.
        user_data: script for the first boot as plain text. A template wants it encoded, unlike ``run_instances``.
        instance_profile: name of the instance profile.

    Returns:
        The id of the template.

    See https://docs.aws.amazon.com/autoscaling/ec2/userguide/launch-templates.html
    """
    data: dict[str, Any] = {
        "ImageId": image_id,
        "InstanceType": instance_type,
        "SecurityGroupIds": [security_group_id],
        "MetadataOptions": {"HttpTokens": "required", "HttpEndpoint": "enabled"},
        "TagSpecifications": [{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": name}]}],
    }
    if user_data:
        data["UserData"] = base64.b64encode(user_data.encode()).decode()
    if instance_profile:
        data["IamInstanceProfile"] = {"Name": instance_profile}
    try:
        made = ec2.create_launch_template(LaunchTemplateName=name, LaunchTemplateData=data)  # type: ignore[arg-type]
        return made["LaunchTemplate"]["LaunchTemplateId"]
    except ClientError as error:
        if error_code(error) != "InvalidLaunchTemplateName.AlreadyExistsException":
            raise
    version: Any = ec2.create_launch_template_version(LaunchTemplateName=name, LaunchTemplateData=data)  # type: ignore[arg-type]
    number = str(version["LaunchTemplateVersion"]["VersionNumber"])
    ec2.modify_launch_template(LaunchTemplateName=name, DefaultVersion=number)
    return str(version["LaunchTemplateVersion"]["LaunchTemplateId"])


def delete_launch_template(ec2: EC2Client, name: str) -> None:
    """Delete a launch template; instances that it launched stay."""
    ec2.delete_launch_template(LaunchTemplateName=name)


def create_group(
    autoscaling: AutoScalingClient,
    name: str,
    *,
    launch_template: str,
    subnet_ids: Sequence[str],
    minimum: int,
    maximum: int,
    desired: int,
    target_cpu_percent: float | None = None,
    timeout: float = 600,
    poll_seconds: float = POLL_SECONDS,
) -> Group:
    """Make an Auto Scaling group, or bring the one with this name to these settings, and wait for its instances.

    Args:
        autoscaling: Auto Scaling client.
        name: name of the group.
        launch_template: name of the template; its default version is used.
        subnet_ids: where instances stand, best in several zones.
        minimum: fewest instances.
        maximum: most instances.
        desired: instances now.
        target_cpu_percent: add and remove instances so that their mean CPU stays near this; None does not scale.
        timeout: seconds to wait until the desired number is in service.
        poll_seconds: pause between two looks.

    Raises:
        InvalidInputError: not minimum <= desired <= maximum, or no subnet.
        WaitTimeoutError: the instances were not in service in time.

    See https://docs.aws.amazon.com/autoscaling/ec2/userguide/create-asg-launch-template.html
    """
    _check_size(minimum, desired, maximum)
    if not subnet_ids:
        raise InvalidInputError(f"group {name} needs at least one subnet")
    settings: dict[str, Any] = {
        "AutoScalingGroupName": name,
        "LaunchTemplate": {"LaunchTemplateName": launch_template, "Version": "$Default"},
        "VPCZoneIdentifier": ",".join(subnet_ids),
        "MinSize": minimum,
        "MaxSize": maximum,
        "DesiredCapacity": desired,
    }
    if _find(autoscaling, name) is None:
        autoscaling.create_auto_scaling_group(**settings)
    else:
        autoscaling.update_auto_scaling_group(**settings)
    if target_cpu_percent is not None:
        autoscaling.put_scaling_policy(
            AutoScalingGroupName=name,
            PolicyName=f"{name}-cpu",
            PolicyType="TargetTrackingScaling",
            TargetTrackingConfiguration={
                "PredefinedMetricSpecification": {"PredefinedMetricType": "ASGAverageCPUUtilization"},
                "TargetValue": target_cpu_percent,
            },
        )
    return _wait_in_service(autoscaling, name, timeout, poll_seconds)


def scale_group(
    autoscaling: AutoScalingClient, name: str, desired: int, *, timeout: float = 600, poll_seconds: float = POLL_SECONDS
) -> Group:
    """Set how many instances a group has now, and wait for them. (Terminating one by hand only makes AWS replace it.)

    Raises:
        InvalidInputError: a number outside the group's minimum and maximum.
        NotFoundError: no such group.
        WaitTimeoutError: the instances were not in service in time.
    """
    group = describe_group(autoscaling, name)
    _check_size(group.minimum, desired, group.maximum)
    autoscaling.set_desired_capacity(AutoScalingGroupName=name, DesiredCapacity=desired, HonorCooldown=False)
    return _wait_in_service(autoscaling, name, timeout, poll_seconds)


def describe_group(autoscaling: AutoScalingClient, name: str) -> Group:
    """Return a group as it is now.

    Raises:
        NotFoundError: no such group.
    """
    group = _find(autoscaling, name)
    if group is None:
        raise NotFoundError(f"Auto Scaling group {name} does not exist")
    return group


def delete_group(
    autoscaling: AutoScalingClient, name: str, *, timeout: float = 600, poll_seconds: float = POLL_SECONDS
) -> None:
    """Delete a group with its instances and wait until it is gone; one that is gone already is fine.

    Raises:
        WaitTimeoutError: it was not gone in time.
    """
    if _find(autoscaling, name) is not None:
        autoscaling.delete_auto_scaling_group(AutoScalingGroupName=name, ForceDelete=True)
        _poll(lambda: _find(autoscaling, name) is None, f"group {name} gone", timeout, poll_seconds)


def _find(autoscaling: AutoScalingClient, name: str) -> Group | None:
    answer = autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[name])  # by name: one page
    for item in answer["AutoScalingGroups"]:
        instances = item.get("Instances", [])
        return Group(
            name=name,
            minimum=item["MinSize"],
            maximum=item["MaxSize"],
            desired=item["DesiredCapacity"],
            instance_ids=tuple(one["InstanceId"] for one in instances),
            in_service=tuple(one["InstanceId"] for one in instances if one["LifecycleState"] == "InService"),
        )
    return None


def _wait_in_service(autoscaling: AutoScalingClient, name: str, timeout: float, poll_seconds: float) -> Group:
    def settled() -> bool:
        group = describe_group(autoscaling, name)
        return len(group.in_service) == len(group.instance_ids) == group.desired

    _poll(settled, f"group {name} with all instances in service", timeout, poll_seconds)
    return describe_group(autoscaling, name)


def _poll(done: Callable[[], bool], what: str, timeout: float, poll_seconds: float) -> None:
    # Auto Scaling has no waiters of its own.
    end = time.monotonic() + timeout
    while not done():
        if time.monotonic() >= end:
            raise WaitTimeoutError(f"{what}: not within {timeout:g} seconds")
        time.sleep(min(poll_seconds, max(0.0, end - time.monotonic())))


def _check_size(minimum: int, desired: int, maximum: int) -> None:
    if not 0 <= minimum <= desired <= maximum:
        raise InvalidInputError(f"a group needs minimum <= desired <= maximum, not {minimum} <= {desired} <= {maximum}")
