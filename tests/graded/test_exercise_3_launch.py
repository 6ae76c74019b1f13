"""Check task 3.2, launch_instance: one instance, as asked for in the launch request itself, and running."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from support import answer, attempt, expect_forbidden, holding, works
from support_ec2 import LOOKS, default_group, image_of, launch, new_group, settle, states, stop_endless_looks

from day89.cloud.moto.transitions import Pace
from day89.course.checks.expectations import expect, expect_equal, show

TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}


def launched(task: Any, ec2: Any, name: str, mistake: str | None, **more: Any) -> tuple[str, dict[str, Any]]:
    """Call the learner's function; return the id that it gives, and what EC2 says about that instance."""
    options = {"image_id": image_of(ec2), "security_group_id": default_group(ec2), **more}
    instance_id = answer(task, mistake, "launch_instance", ec2, name, **options)
    reservations = ec2.describe_instances()["Reservations"]
    there = [one for reservation in reservations for one in reservation["Instances"]]
    found = [one for one in there if one["InstanceId"] == instance_id]
    expect(
        found,
        called=task.last_call,
        expected="the id of an instance that is there",
        found=show(instance_id),
        mistake="E41",
    )
    return instance_id, found[0]


def groups_of(found: dict[str, Any]) -> list[str]:
    """Return the security groups of an instance, given to it or to its network interface."""
    groups = list(found["SecurityGroups"])
    groups += [item for one in found.get("NetworkInterfaces", []) for item in one.get("Groups", [])]
    return sorted({item["GroupId"] for item in groups})


def attribute(ec2: Any, instance_id: str, name: str) -> Any:
    """Return an attribute that describe_instances does not show."""
    answered = ec2.describe_instance_attribute(InstanceId=instance_id, Attribute=name)
    return answered[name[0].upper() + name[1:]].get("Value")


def encoded(text: str) -> str:
    """Return text in base64."""
    return base64.b64encode(text.encode()).decode()


def difference(text: str, found: str) -> str:
    """Return in words where two texts begin to differ."""
    place = next((at for at, (one, other) in enumerate(zip(text, found, strict=False)) if one != other), len(found))
    place = min(place, len(text), len(found))
    return f"which differ from character {place + 1} on: {show(text[place:][:20])} became {show(found[place:][:20])}"


def script(names: Any) -> str:
    """Return user data with a letter beyond ASCII and quotes in it."""
    return f"#!/bin/bash\nset -e\necho '{names.text()}' > \"/tmp/{names.word()}\"\n"


@pytest.mark.task("3.2", "core", points=0.75)
def test_launches_exactly_one_instance_as_asked(task: Any, cloud: Any, names: Any) -> None:
    """In two regions: this image, this type, this security group, and one instance only."""
    other = {"instance_type": names.choice(("t3.small", "t3.large"))}
    for region, more in (("us-east-1", {}), (names.region(), other)):
        ec2, name = cloud.client("ec2", region), names.word()
        wanted = {"image_id": image_of(ec2), "security_group_id": new_group(ec2, names.word())}
        _, found = launched(task, ec2, name, None, **wanted, **more)
        count = len(states(cloud, region))
        expect(count == 1, called=task.last_call, expected="exactly one instance", found=count, mistake="E3")
        shown = {
            "image": found["ImageId"],
            "type": found["InstanceType"],
            "groups": groups_of(found),
        }
        asked = {
            "image": wanted["image_id"],
            "type": more.get("instance_type", "t3.micro"),
            "groups": [wanted["security_group_id"]],
        }
        expect_equal(shown, asked, f"{task.last_call} in {region}, looked at the instance", "E42")


@pytest.mark.task("3.2", "core", points=0.5)
def test_instance_has_its_name(task: Any, cloud: Any, names: Any) -> None:
    """The tag ``Name``, on the instance."""
    expect_named(task, cloud.client("ec2"), names.word())


def expect_named(task: Any, ec2: Any, name: str) -> None:
    """Fail unless an instance is launched that has the name."""
    _, found = launched(task, ec2, name, None)
    tags = {tag["Key"]: tag["Value"] for tag in found.get("Tags", [])}
    expect(
        tags.get("Name") == name,
        called=f"{task.last_call}{holding(name, what='the name')}",
        expected=f"the tag Name={name!r} on the instance",
        found=show(tags),
        mistake="E25",
    )


@pytest.mark.task("3.2", "core", points=0.5)
def test_requires_imdsv2(task: Any, cloud: Any, names: Any) -> None:
    """Without a token the metadata service, and the credentials in it, answer nobody."""
    _, found = launched(task, cloud.client("ec2", names.region()), names.word(), None)
    tokens = found.get("MetadataOptions", {}).get("HttpTokens")
    expect(
        tokens == "required",
        called=task.last_call,
        expected="MetadataOptions with HttpTokens required (IMDSv2)",
        found=show(tokens),
        mistake="N6",
    )


@pytest.mark.task("3.2", "core", points=0.25)
def test_user_data_arrives_as_plain_text(task: Any, cloud: Any, names: Any) -> None:
    """The instance sees the script as it was given: it is decoded once, as the instance does."""
    expect_user_data(task, cloud.client("ec2"), names.word(), f"#!/bin/bash\nset -e\ntouch /tmp/{names.word()}\n")


def expect_user_data(task: Any, ec2: Any, name: str, text: str) -> None:
    """Fail unless an instance sees this text as its user data."""
    instance_id, _ = launched(task, ec2, name, None, user_data=text)
    found = base64.b64decode(attribute(ec2, instance_id, "userData") or "").decode("utf-8", "replace")
    expect(
        found == text,
        called=f"{task.last_call}{holding(text.replace(chr(10), '').replace(' ', ''), what='the text')}",
        expected=f"the instance to see the {len(text)} characters of the user data",
        found=f"that it sees {len(found)}, {difference(text, found)}",
        mistake="N7" if encoded(text) in found else "N29",
    )


@pytest.mark.task("3.2", "core", points=0.5)
@pytest.mark.cloud(pace=Pace(looks=3))
def test_returns_when_the_instance_runs(task: Any, cloud: Any, names: Any) -> None:
    """Here an instance stays pending for the first three looks at it."""
    region = names.region()
    ec2, name = cloud.client("ec2", region), names.word()
    options = {"image_id": image_of(ec2), "security_group_id": new_group(ec2, name)}
    instance_id = answer(task, "E6", "launch_instance", ec2, name, **options)
    found = states(cloud, region).get(str(instance_id))
    expect(
        found == "running",
        called=task.last_call,
        expected="the instance to be running by the time of the answer",
        found=f"it is {found}" if found else f"no instance with the id {show(instance_id)}",
        mistake="E6" if found else "E41",
    )


@pytest.mark.task("3.2", "mastery", points=0.3)
def test_a_lost_answer_launches_no_second_instance(task: Any, cloud: Any, names: Any) -> None:
    """EC2 launches and fails to say so: the same request, with its client token, may be repeated, no other."""
    ec2, name, tokens = cloud.client("ec2"), names.word(), []
    options = {"image_id": image_of(ec2), "security_group_id": new_group(ec2, name)}
    launched(task, ec2, name, None, **options)
    cloud.faults.add(
        "ec2.RunInstances",
        code="InternalError",
        times=None,
        before=lambda call: tokens.append(call.params.get("ClientToken")),
    )
    ended = attempt(task, "launch_instance", ec2, name, **options)
    cloud.faults.clear()
    count = len(set(tokens)) if None not in tokens else len(tokens)
    called = f"{task.last_call}, where EC2 launches and answers InternalError"
    expect(
        count == 1,
        called=called,
        expected="RunInstances with one client token, however often it is repeated",
        found=f"{count} client tokens in {len(tokens)} requests: that many instances",
        mistake="E27",
    )
    expect(ended.error, called=called, expected="AWS's error", found=ended, mistake="U12")


@pytest.mark.task("3.2", "mastery", points=0.3)
@pytest.mark.cloud(pace=Pace(looks=2))
def test_an_instance_that_ends_before_it_runs_is_an_error(task: Any, cloud: Any, names: Any) -> None:
    """As for want of capacity: nobody may be told that it runs, not even while it is shutting down."""
    ec2, name = cloud.client("ec2"), names.word()
    options = {"image_id": image_of(ec2), "security_group_id": new_group(ec2, name)}
    launched(task, ec2, name, None, **options)

    def end(call: Any) -> None:
        launched = [id for id, state in states(cloud, ec2.meta.region_name).items() if state == "pending"]
        if launched:
            ec2.terminate_instances(InstanceIds=launched)

    for action in LOOKS:
        cloud.faults.add(action, before=end)
    stop_endless_looks(cloud)  # whoever waits for ever does not say that it runs
    ended = attempt(task, "launch_instance", ec2, name, **options)
    cloud.faults.clear()
    found = states(cloud, ec2.meta.region_name).get(str(ended.value), "running")
    where = f"{task.last_call}, where the instance ends before it ever runs"
    expect(
        ended.error or found == "running",
        called=where,
        expected="an error",
        found=f"{ended}, which is {found}",
        mistake="E6",
    )


@pytest.mark.task("3.2", "core", points=0.5)
def test_terminates_when_it_shuts_itself_down(task: Any, cloud: Any, names: Any) -> None:
    """A stopped instance stays, and its disk is billed."""
    ec2 = cloud.client("ec2", names.region())
    instance_id, _ = launched(task, ec2, names.word(), None)
    found = attribute(ec2, instance_id, "instanceInitiatedShutdownBehavior")
    expect(
        found == "terminate",
        called=task.last_call,
        expected="the instance to terminate when it shuts itself down",
        found=show(found),
        mistake="E30",
    )


@pytest.mark.task("3.2", "mastery", points=0.2)
@pytest.mark.cloud(pace=Pace(looks=2))
def test_other_instances_are_not_waited_for(task: Any, cloud: Any, names: Any) -> None:
    """Of this name one runs already, one is stopped and one is gone: none of them says whether the new one runs."""
    ec2, name = cloud.client("ec2"), names.word()
    others = launch(ec2, 1, 1, 1)
    ec2.create_tags(Resources=others, Tags=[{"Key": "Name", "Value": name}])
    settle(cloud, ec2)
    ec2.stop_instances(InstanceIds=others[1:2])
    ec2.terminate_instances(InstanceIds=others[2:])
    settle(cloud, ec2)
    stop_endless_looks(cloud)
    options = {"image_id": image_of(ec2), "security_group_id": default_group(ec2)}
    instance_id = answer(task, None, "launch_instance", ec2, name, **options)
    found = states(cloud, ec2.meta.region_name).get(str(instance_id))
    expect(
        found == "running",
        called=f"{task.last_call}, where one instance of that name runs, one is stopped and one is terminated",
        expected="the new instance to be running by the time of the answer",
        found=f"it is {found}" if found else f"no instance with the id {show(instance_id)}",
        mistake="E6" if found else "E41",
    )


@pytest.mark.task("3.2", "mastery", points=0.3)
def test_any_name_and_user_data(task: Any, cloud: Any, names: Any) -> None:
    """Letters beyond ASCII and quotes; user data that is no script; a name that another instance has already."""
    ec2, name = cloud.client("ec2"), f"{names.word()} é {names.word()}"
    expect_named(task, ec2, name)
    before = states(cloud, "us-east-1")
    second, _ = launched(task, ec2, name, None)
    count = len(states(cloud, "us-east-1")) - len(before)
    called = f"{task.last_call} again: a name is no id, and two instances may share it"
    expect(count == 1, called=called, expected="one more instance", found=f"{count} more", mistake="E3")
    expect(
        second not in before,
        called=called,
        expected="the id of the new one",
        found=f"{show(second)}, an old one",
        mistake="E3",
    )
    for text in (script(names), f"#cloud-config\nruncmd:\n  - touch /tmp/{names.word()}\n"):
        expect_user_data(task, ec2, names.word(), text)


@pytest.mark.task("3.2", "mastery", points=0.4)
def test_the_launch_request_itself_says_it(task: Any, cloud: Any, names: Any) -> None:
    """A second request could fail, and leave an instance without a name, or open."""
    ec2, name = cloud.client("ec2"), names.word()
    instance_id, found = launched(task, ec2, name, None)
    sent = cloud.log.of("ec2.RunInstances")[-1].params
    tags = [tag for spec in sent.get("TagSpecifications", []) for tag in spec.get("Tags", [])]
    said = {
        f"the tag Name={name}": {"Key": "Name", "Value": name} in tags,
        "HttpTokens required": sent.get("MetadataOptions", {}).get("HttpTokens") == "required",
        "terminate on shutdown": sent.get("InstanceInitiatedShutdownBehavior") == "terminate",
    }
    absent = [what for what, is_said in said.items() if not is_said]
    expect(
        not absent,
        called=task.last_call,
        expected=f"the RunInstances request itself to say {show(list(said))}",
        found=f"it without {show(absent)}",
        mistake=never_said(ec2, instance_id, found, name) or "E24",
    )


def never_said(ec2: Any, instance_id: str, found: dict[str, Any], name: str) -> str | None:
    """Return the mistake where the instance lacks something even now, so that no later request has said it either."""
    if {"Key": "Name", "Value": name} not in found.get("Tags", []):
        return "E25"
    if found.get("MetadataOptions", {}).get("HttpTokens") != "required":
        return "N6"
    return None if attribute(ec2, instance_id, "instanceInitiatedShutdownBehavior") == "terminate" else "E30"


@pytest.mark.task("3.2", "mastery", points=0.3)
def test_attaches_the_instance_profile(task: Any, cloud: Any, names: Any) -> None:
    """By its name, which need not be the name of the role in it; none where none is given."""
    ec2, iam, profile, role = cloud.client("ec2"), cloud.client("iam"), names.word(), names.word()
    iam.create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps(TRUST))
    iam.create_instance_profile(InstanceProfileName=profile)
    iam.add_role_to_instance_profile(InstanceProfileName=profile, RoleName=role)
    before = len(cloud.log)
    _, found = launched(task, ec2, names.word(), "N30", instance_profile=profile)
    later = cloud.log.after(before).count("ec2.AssociateIamInstanceProfile")
    expect(
        not later,
        called=task.last_call,
        expected=f"the RunInstances request itself to say IamInstanceProfile {profile!r}",
        found="a second request for it, before which the instance ran without the profile",
        mistake="E24",
    )
    arn = found.get("IamInstanceProfile", {}).get("Arn", "")
    expect(
        arn.endswith(f":instance-profile/{profile}"),
        called=task.last_call,
        expected=f"the instance profile {profile!r} on the instance",
        found=show(arn) if arn else "none",
        mistake="N30",
    )
    _, found = launched(task, ec2, names.word(), "N30")
    none = found.get("IamInstanceProfile")
    expect(not none, called=f"{task.last_call} without a profile", expected="none", found=show(none), mistake="N30")


@pytest.mark.task("3.2", "mastery", points=0.2)
def test_forbidden_launch_is_an_error(task: Any, cloud: Any, names: Any) -> None:
    """A 403 reaches the caller as it is."""
    ec2 = cloud.client("ec2")
    options = {"image_id": image_of(ec2), "security_group_id": new_group(ec2, names.word())}
    works(task, "launch_instance", ec2, names.word(), **options)
    cloud.faults.add("ec2.RunInstances", code="UnauthorizedOperation", status=403, times=None)
    expect_forbidden(task, "U12", "launch_instance", ec2, names.word(), **options)
