"""Refuse EC2 calls as EC2 does. Error codes: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from day89.cloud.messages.model import ApiCall, AwsError
from day89.cloud.moto.state import CloudState
from day89.cloud.validation.ec2_filters import unknown_filter

__all__ = ["RULES", "SSM_IMAGE", "launchable"]

SSM_IMAGE = "resolve:ssm:"
USER_DATA_BYTES = 16 * 1024
INSTANCE_ID = re.compile(r"^i-(?:[0-9a-f]{8}|[0-9a-f]{17})$")
IMAGE_ID = re.compile(r"^ami-(?:[0-9a-f]{8}|[0-9a-f]{17})$")
TAGGABLE_AT_LAUNCH = frozenset({"instance", "volume", "network-interface", "spot-instances-request", "elastic-gpu"})
TEMPLATE_NAME = re.compile(r"[a-zA-Z0-9().\-/_]{3,128}")
MARKETS = frozenset({"spot", "capacity-block"})
PAGE = range(5, 1001)
ON_INSTANCES = frozenset({"StartInstances", "StopInstances", "RebootInstances", "TerminateInstances"})
# Describe calls that take ids or a page size, and the name of the ids in EC2's message.
PAGED = {
    "DescribeInstances": ("InstanceIds", "instancesSet"),
    "DescribeInstanceStatus": ("InstanceIds", "instancesSet"),
    "DescribeVolumes": ("VolumeIds", "volumeSet"),
    "DescribeSnapshots": ("SnapshotIds", "snapshotSet"),
}


def counts(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse counts that make no sense: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RunInstances.html"""
    least, most = int(call.params.get("MinCount", 0)), int(call.params.get("MaxCount", 0))
    if least < 1 or most < 1:
        name, value = ("minCount", least) if least < 1 else ("maxCount", most)
        return _value(f"Value ({value}) for parameter {name} is invalid. It must be 1 or more.")
    if least > most:
        return _value(f"MinCount ({least}) must not be greater than MaxCount ({most}).")
    return None


def image(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse images that are not there: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html"""
    wanted = call.params.get("ImageId")
    if not wanted:
        if call.params.get("LaunchTemplate"):
            return None
        return AwsError("MissingParameter", "The request must contain the parameter ImageId")
    if wanted.startswith(SSM_IMAGE):
        return None if _ssm_value(call, state, wanted) else _value(f"Parameter {wanted} does not exist.")
    if not IMAGE_ID.match(wanted):
        return AwsError("InvalidAMIID.Malformed", f'Invalid id: "{wanted}" (expecting "ami-...")')
    if wanted not in state.backend("ec2", call.account, call.region).amis:
        return AwsError("InvalidAMIID.NotFound", f"The image id '[{wanted}]' does not exist")
    return None


def _ssm_value(call: ApiCall, state: CloudState, image_id: str) -> str | None:
    name = image_id.removeprefix(SSM_IMAGE)
    found = state.backend("ssm", call.account, call.region).get_parameters([name]).get(name)
    return None if found is None else str(found.value)


def instance_type(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse types that the region does not have: https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-types.html"""
    wanted = call.params.get("InstanceType")
    if wanted is None or wanted in state.instance_types(call.region):
        return None
    return _value(f"Invalid value '{wanted}' for InstanceType.")


def launchable(call: ApiCall, state: CloudState, instance_type: str | None) -> int:
    """Return how many instances of a type the account's quota of vCPUs still lets it launch."""
    vcpus = state.instance_types(call.region)
    used = sum(
        vcpus.get(instance.instance_type, 1)
        for instance in state.backend("ec2", call.account, call.region).all_instances()
        if instance.state in ("pending", "running")
    )
    return max(state.vcpu_limit - used, 0) // vcpus.get(instance_type or "", 1)


def vcpu_limit(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse more vCPUs than the account's quota: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-on-demand-instances-limits.html"""
    if int(call.params.get("MinCount", 1)) <= launchable(call, state, call.params.get("InstanceType")):
        return None
    message = (
        f"You have requested more vCPU capacity than your current vCPU limit of {state.vcpu_limit} allows "
        "for the instance bucket that the specified instance type belongs to."
    )
    return AwsError("VcpuLimitExceeded", message)


def key_pair(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse key pairs that are not there (a key name is no file name)."""
    wanted = call.params.get("KeyName")
    if wanted is None or wanted in state.backend("ec2", call.account, call.region).key_pairs:
        return None
    return AwsError("InvalidKeyPair.NotFound", f"The key pair '{wanted}' does not exist")


def instance_profile(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse profiles that are not there or hold no role: https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_iam-ec2.html"""
    wanted = call.params.get("IamInstanceProfile") or {}
    name, arn = wanted.get("Name"), wanted.get("Arn")
    if not name and not arn:
        return None
    profiles = state.backend("iam", call.account).instance_profiles.values()
    found = next((one for one in profiles if (arn and one.arn == arn) or (name and one.name == name)), None)
    field = "iamInstanceProfile.name" if name else "iamInstanceProfile.arn"
    if found is None:
        kind = "name" if name else "ARN"
        return _value(f"Value ({name or arn}) for parameter {field} is invalid. Invalid IAM Instance Profile {kind}")
    if not found.roles:
        return _value(f"IAM Instance Profile '{found.arn}' has no associated IAM Roles")
    return None


def user_data(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse over 16 KB: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-add-user-data.html"""
    given = call.params.get("UserData")
    if not given:
        return None
    try:
        size = len(base64.b64decode(given, validate=True))
    except (binascii.Error, ValueError):
        return _value("Invalid BASE64 encoding of user data.")
    return _value("User data is limited to 16384 bytes") if size > USER_DATA_BYTES else None


def launch_tags(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse resource types that a launch does not make: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_TagSpecification.html"""
    for specification in call.params.get("TagSpecifications") or []:
        kind = specification.get("ResourceType")
        if kind not in TAGGABLE_AT_LAUNCH:
            return _value(f"'{kind}' is not a valid taggable resource type for this operation.")
    return None


def market(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse markets that do not exist: enums are lower case."""
    kind = (call.params.get("InstanceMarketOptions") or {}).get("MarketType")
    return None if kind is None or kind in MARKETS else _value(f"Invalid value '{kind}' for MarketType.")


def metadata_options(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse options outside their range: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceMetadataOptionsRequest.html"""
    options = call.params.get("MetadataOptions") or call.params
    if options.get("HttpTokens") not in (None, "optional", "required"):
        return _value(f"Invalid value '{options['HttpTokens']}' for HttpTokens.")
    if not 1 <= int(options.get("HttpPutResponseHopLimit") or 1) <= 64:
        return _value(f"Value ({options['HttpPutResponseHopLimit']}) for HttpPutResponseHopLimit must be 1 to 64.")
    return None


def group_names(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse group names that are not there; an id is no name: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RunInstances.html"""
    backend = state.backend("ec2", call.account, call.region)
    names = {group.name for group in backend.describe_security_groups()}
    for name in call.params.get("SecurityGroups") or []:
        if name not in names:
            return AwsError("InvalidGroup.NotFound", f"The security group '{name}' does not exist in the default VPC")
    return None


def instance_ids(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse ids that are not formed like one: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/resource-ids.html"""
    if call.operation in ON_INSTANCES and not call.params.get("InstanceIds"):
        return AwsError("MissingParameter", "The request must contain the parameter InstanceId")
    named = call.params.get("InstanceIds") or [call.params.get("InstanceId")]
    for instance_id in named:
        if instance_id is not None and not INSTANCE_ID.match(instance_id):
            return AwsError("InvalidInstanceID.Malformed", f'Invalid id: "{instance_id}"')
    return None


def _only_from(states: frozenset[str], verb: str) -> Callable[[ApiCall, CloudState], AwsError | None]:
    def rule(call: ApiCall, state: CloudState) -> AwsError | None:
        """Refuse a change from the wrong state: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-lifecycle.html"""
        named = _instances(call, state, call.params.get("InstanceIds") or [])
        if len(named) < len(call.params.get("InstanceIds") or []):
            return None  # one of them is not there: that is the error, and nothing changes
        for instance in named:
            if instance.state not in states:
                message = f"The instance '{instance.id}' is not in a state from which it can be {verb}."
                return AwsError("IncorrectInstanceState", message)
        return None

    return rule


def _instances(call: ApiCall, state: CloudState, ids: Iterable[str]) -> list[Any]:
    wanted = set(ids)
    backend = state.backend("ec2", call.account, call.region)
    return [instance for instance in backend.all_instances() if instance.id in wanted]


def stopped_to_modify(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse to change type or user data of a running instance: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/change-instance-type-of-ebs-backed-instance.html"""
    if not (call.params.get("InstanceType") or call.params.get("UserData")):
        return None
    for instance in _instances(call, state, [call.params.get("InstanceId", "")]):
        if instance.state != "stopped":
            return AwsError("IncorrectInstanceState", f"The instance '{instance.id}' is not in the 'stopped' state.")
    return None


def some_attribute(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse to modify nothing: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyInstanceAttribute.html"""
    if set(call.params) - {"InstanceId", "DryRun"}:
        return None
    return AwsError("InvalidParameterCombination", "No attributes specified.")


def known_tagged(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse to tag instances that are not there: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateTags.html"""
    named = [one for one in call.params.get("Resources") or [] if one.startswith("i-")]
    there = {instance.id for instance in _instances(call, state, named)}
    missing = [one for one in named if one not in there]
    if not missing:
        return None
    return AwsError("InvalidInstanceID.NotFound", f"The instance ID '{missing[0]}' does not exist")


def page_range(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse page sizes outside 5 to 1,000: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html"""
    asked = call.params.get("MaxResults")
    ids, told = PAGED.get(call.operation, ("", ""))
    if asked is not None and call.params.get(ids):
        message = f"The parameter {told} cannot be used with the parameter maxResults"
        return AwsError("InvalidParameterCombination", message)
    if asked is None or int(asked) in PAGE:
        return None
    word = "greater than or equal to 5" if int(asked) < 5 else "less than or equal to 1000"
    return _value(f"Value ( {asked} ) for parameter maxResults is invalid. Expecting a value {word}.")


def known_filters(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse filters that the call does not have."""
    given = call.params.get("Filters") or call.params.get("Filter") or []
    if not given or not call.operation.startswith("Describe"):
        return None
    unknown = unknown_filter(call.operation, [str(one.get("Name") or "") for one in given])
    return _value(f"The filter '{unknown}' is invalid") if unknown else None


def template_name(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse names of launch templates with other letters: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateLaunchTemplate.html"""
    given = str(call.params.get("LaunchTemplateName") or "")
    if TEMPLATE_NAME.fullmatch(given):
        return None
    message = (
        "A launch template name must be between 3 and 128 characters, and may contain letters, numbers, and the "
        "following characters: - ( ) . / _."
    )
    return AwsError("InvalidLaunchTemplateName.MalformedException", message)


def template_user_data(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse plain text where base64 is due: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RequestLaunchTemplateData.html"""
    given = (call.params.get("LaunchTemplateData") or {}).get("UserData")
    if not given:
        return None
    try:
        base64.b64decode(given, validate=True)
    except (binascii.Error, ValueError):
        return AwsError("InvalidUserData.Malformed", "Invalid BASE64 encoding of user data.")
    return None


def _value(message: str) -> AwsError:
    return AwsError("InvalidParameterValue", message)


Rules = tuple[Callable[[ApiCall, CloudState], AwsError | None], ...]
RULES: Mapping[str, Rules] = {
    "ec2.RunInstances": (
        counts,
        image,
        instance_type,
        key_pair,
        group_names,
        user_data,
        launch_tags,
        market,
        metadata_options,
        instance_profile,
        vcpu_limit,
    ),
    "ec2.StartInstances": (instance_ids, _only_from(frozenset({"stopped", "running", "pending"}), "started")),
    "ec2.StopInstances": (instance_ids, _only_from(frozenset({"running", "stopped", "stopping"}), "stopped")),
    "ec2.RebootInstances": (instance_ids, _only_from(frozenset({"running"}), "rebooted")),
    "ec2.TerminateInstances": (instance_ids,),
    "ec2.DescribeInstances": (page_range, instance_ids),
    "ec2.DescribeInstanceStatus": (page_range, instance_ids),
    "ec2.DescribeVolumes": (page_range,),
    "ec2.DescribeSnapshots": (page_range,),
    "ec2.GetConsoleOutput": (instance_ids,),
    "ec2.ModifyInstanceAttribute": (instance_ids, some_attribute, stopped_to_modify),
    "ec2.ModifyInstanceMetadataOptions": (instance_ids, metadata_options),
    "ec2.CreateTags": (known_tagged,),
    "ec2.CreateLaunchTemplate": (template_name, template_user_data),
    "ec2.CreateLaunchTemplateVersion": (template_user_data,),
}
