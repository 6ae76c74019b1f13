"""Correct moto's EC2 where it differs from EC2."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from typing import Any

from day89.cloud.messages.errors import Answer, render, with_body
from day89.cloud.messages.model import ApiCall, AwsError
from day89.cloud.messages.moto_request import Inner
from day89.cloud.moto import images
from day89.cloud.moto.state import CloudState
from day89.cloud.validation.ec2 import SSM_IMAGE, launchable

__all__ = ["AFTER", "BEFORE", "prepare"]

ONCE = frozenset({"ClientToken", "DryRun"})
ITEM = re.compile(rb"<item>.*?</item>", re.DOTALL)
CURRENT_STATE = re.compile(rb"<currentState>.*?</currentState>", re.DOTALL)
PREVIOUS_STATE = re.compile(rb"<previousState>.*?<name>([^<]*)</name>", re.DOTALL)


def prepare(call: ApiCall, state: CloudState) -> None:
    """Put the images of the course into a region when it is first used."""
    place = (call.account, call.region)
    if not state.regions_ready:
        state.before_ec2()
    if place not in state.regions_ready:
        state.regions_ready.add(place)
        images.register(state.backend("ec2", *place), state.backend("ssm", *place))


def launch(call: ApiCall, state: CloudState, inner: Inner) -> Answer | None:
    """Launch up to MaxCount instances, as many as the quota lets, from the image and with the options that it takes.

    moto launches MinCount, and knows neither ``resolve:ssm:`` nor what a template or an image says of the options.
    """
    values: dict[str, str | None] = {}
    image = str(call.params.get("ImageId", ""))
    if image.startswith(SSM_IMAGE):
        name = image.removeprefix(SSM_IMAGE)
        found = state.backend("ssm", call.account, call.region).get_parameters([name])
        image = found[name].value
        values["ImageId"] = image
    backend = state.backend("ec2", call.account, call.region)
    template = _template(backend, call.params.get("LaunchTemplate"))
    asked = {**(template.get("MetadataOptions") or {}), **(call.params.get("MetadataOptions") or {})}
    wanted = images.metadata_options(backend.amis.get(image or template.get("ImageId")), asked)
    values |= {f"MetadataOptions.{name}": str(value) for name, value in wanted.items()}
    default = _default_group(call, backend, template)
    values |= {"SecurityGroupId.1": default} if default else {}
    subnet = _default_subnet(call, backend, template)
    values |= {"SubnetId": subnet} if subnet else {}
    least, most = int(call.params["MinCount"]), int(call.params["MaxCount"])
    kind = call.params.get("InstanceType") or template.get("InstanceType")
    count = max(least, min(most, launchable(call, state, kind)))
    values |= {"MinCount": str(count)} if count != least else {}
    if values:
        inner.set_form(values)
    return None


def _default_subnet(call: ApiCall, backend: Any, template: Mapping[str, Any]) -> str | None:
    """Return the zone's default subnet, which a launch that names no network gets, and whose settings hold for it.

    https://docs.aws.amazon.com/vpc/latest/userguide/default-vpc-components.html
    """
    sources = (call.params, template)
    if any(source.get(name) for source in sources for name in ("SubnetId", "NetworkInterfaces")):
        return None
    zones = [(source.get("Placement") or {}).get("AvailabilityZone") for source in sources]
    zone = next(filter(None, zones), f"{call.region}a")
    subnet = backend.get_default_subnets().get(zone)
    return str(subnet.id) if subnet else None


def _default_group(call: ApiCall, backend: Any, template: Mapping[str, Any]) -> str | None:
    """Return the default group of the network, which a launch that names no group gets.

    https://docs.aws.amazon.com/vpc/latest/userguide/default-security-group.html
    """
    named = ("SecurityGroupIds", "SecurityGroups", "NetworkInterfaces")
    if any(source.get(name) for source in (call.params, template) for name in named):
        return None
    subnet_id = call.params.get("SubnetId")
    known = {found.id: found.vpc_id for zone in backend.subnets.values() for found in zone.values()}
    default = backend.get_default_vpc()
    vpc_id = known.get(subnet_id) if subnet_id else getattr(default, "id", None)
    group = backend.get_security_group_from_name("default", vpc_id) if vpc_id else None
    return None if group is None else str(group.id)


def same_token(call: ApiCall, state: CloudState, inner: Inner) -> Answer | None:
    """Answer a repeated launch with the first one's answer: https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html"""
    token = call.params.get("ClientToken")
    known = state.launches.get((call.account, call.region, token)) if token else None
    if known is None:
        return None
    params, answer = known
    if params == _asked(call):
        return answer
    message = f"Client token {token} was used before with other parameters."
    return render(AwsError("IdempotentParameterMismatch", message), "ec2")


def _asked(call: ApiCall) -> dict[str, Any]:
    return {name: value for name, value in call.params.items() if name not in ONCE}


def keep_token(call: ApiCall, state: CloudState, answer: Answer) -> Answer:
    """Remember the answer to a launch by its token."""
    token = call.params.get("ClientToken")
    if token:
        state.launches[(call.account, call.region, token)] = (_asked(call), answer)
    return answer


def page(call: ApiCall, state: CloudState, inner: Inner) -> Answer | None:
    """Return reservations in pages, also where none were asked for: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html"""
    if call.params.get("InstanceIds"):
        return None
    largest = state.page_size or 1000
    asked = int(call.params.get("MaxResults") or largest)
    inner.set_form({"MaxResults": str(min(asked, largest))})
    return None


def canonical_ranges(call: ApiCall, state: CloudState, inner: Inner) -> Answer | None:
    """Store ranges as networks: 100.68.0.18/18 is kept as 100.68.0.0/18.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpRange.html
    """
    values: dict[str, str | None] = {}
    for number, rule in enumerate(call.params.get("IpPermissions") or [], 1):
        for place, given in enumerate(rule.get("IpRanges") or [], 1):
            network = _network(given.get("CidrIp"))
            if network and network != given["CidrIp"]:
                values[f"IpPermissions.{number}.IpRanges.{place}.CidrIp"] = network
    network = _network(call.params.get("CidrIp"))
    if network and network != call.params["CidrIp"]:
        values["CidrIp"] = network
    if values:
        inner.set_form(values)
    return None


def owned_snapshots(call: ApiCall, state: CloudState, inner: Inner) -> Answer | None:
    """Heed OwnerIds, which moto ignores: the public images' snapshots are not the caller's.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSnapshots.html
    """
    owners = [call.account if owner == "self" else str(owner) for owner in call.params.get("OwnerIds") or []]
    if owners:
        place = f"Filter.{len(call.params.get('Filters') or []) + 1}"
        values = {f"{place}.Value.{number}": owner for number, owner in enumerate(owners, 1)}
        inner.set_form({f"{place}.Name": "owner-id", **values})
    return None


def _network(text: Any) -> str | None:
    try:
        return str(ipaddress.ip_network(str(text), strict=False)) if "/" in str(text) else None
    except ValueError:
        return None


def finish_launch(call: ApiCall, state: CloudState, answer: Answer) -> Answer:
    """Give new instances what moto drops: the template's options, the profile, IMDSv2 as the image wants it."""
    backend = state.backend("ec2", call.account, call.region)
    for reservation in list(backend.reservations.values())[-1:]:
        for instance in reservation.instances:
            _complete(call, state, backend, instance)
    return answer


def same_state(call: ApiCall, state: CloudState, answer: Answer) -> Answer:
    """Say of an instance that was already as it should be that it is so, not that it is on its way.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_StartInstances.html
    """
    name, code = {"StartInstances": (b"running", b"16"), "StopInstances": (b"stopped", b"80")}[call.operation]

    def settled(found: re.Match[bytes]) -> bytes:
        was = PREVIOUS_STATE.search(found[0])
        now = b"<currentState><code>" + code + b"</code><name>" + name + b"</name></currentState>"
        return CURRENT_STATE.sub(now, found[0]) if was and was[1] == name else found[0]

    return with_body(answer, ITEM.sub(settled, answer[2]))


def _complete(call: ApiCall, state: CloudState, backend: Any, instance: Any) -> None:
    template = _template(backend, call.params.get("LaunchTemplate"))
    if call.params.get("DisableApiTermination") or template.get("DisableApiTermination"):
        instance.disable_api_termination = True
    behaviour = call.params.get("InstanceInitiatedShutdownBehavior") or template.get(
        "InstanceInitiatedShutdownBehavior"
    )
    if behaviour:
        instance.instance_initiated_shutdown_behavior = behaviour
    profile = call.params.get("IamInstanceProfile") or template.get("IamInstanceProfile") or {}
    if profile and instance.id not in backend.iam_instance_profile_associations:
        backend.associate_iam_instance_profile(instance.id, profile.get("Name"), profile.get("Arn"))
    if not instance.security_groups and instance.nics:
        instance.security_groups = list(instance.nics[0]._group_set)  # an instance wears what its first interface does
    if instance.lifecycle == "spot":
        instance.spot_instance_request_id = f"sir-{instance.id[-8:]}"


def _template(backend: Any, wanted: Mapping[str, Any] | None) -> Mapping[str, Any]:
    if not wanted:
        return {}
    data: Mapping[str, Any] = backend._get_template_from_args(wanted).data
    return data


Befores = tuple[Callable[[ApiCall, CloudState, Inner], Answer | None], ...]
Afters = tuple[Callable[[ApiCall, CloudState, Answer], Answer], ...]
BEFORE: Mapping[str, Befores] = {
    "ec2.RunInstances": (same_token, launch),
    "ec2.DescribeInstances": (page,),
    "ec2.DescribeSnapshots": (owned_snapshots,),
    "ec2.AuthorizeSecurityGroupIngress": (canonical_ranges,),
    "ec2.AuthorizeSecurityGroupEgress": (canonical_ranges,),
    "ec2.RevokeSecurityGroupIngress": (canonical_ranges,),
    "ec2.RevokeSecurityGroupEgress": (canonical_ranges,),
}
AFTER: Mapping[str, Afters] = {
    "ec2.RunInstances": (finish_launch, keep_token),
    "ec2.StartInstances": (same_state,),
    "ec2.StopInstances": (same_state,),
}
