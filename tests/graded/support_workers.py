"""Help the checks of exercises 4 and 5: what an instance needs before it can work, and what became of it."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from support import answer, attempt

from day89.course.checks.diagnosis import diagnose
from day89.course.checks.expectations import describe_error, expect, fail, show
from day89.course.checks.fake_data import Names
from day89.errors import WaitTimeoutError
from day89.processes.stopwatch import stretched

IMAGE = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
WRITES = ("s3.PutObject", "s3.CopyObject", "s3.CompleteMultipartUpload")
ACCESS_KEY = re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b")
SECRET = re.compile(r"(?i)aws_(?:secret_access_key|session_token)[\s=:'\"]+[A-Za-z0-9/+][A-Za-z0-9/+=-]{15,}")
SETTLE_SECONDS = 22
GONE = ("terminated", "shutting-down")
TRUST = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
# Action to the keys that it is allowed on; "" is the bucket itself.
WORKER = {"s3:GetObject": ("/input/*", "/code/*"), "s3:PutObject": ("/output/*",)}
READER = {"s3:GetObject": ("/*",), "s3:ListBucket": ("",)}
READER_AND_WRITER = {**READER, "s3:PutObject": ("/*",)}


@dataclass(frozen=True)
class Place:
    """Hold a bucket and all that it takes to launch an instance that may use it."""

    s3: Any
    ec2: Any
    bucket: str
    image_id: str
    security_group_id: str
    instance_profile: str

    @property
    def launch_options(self) -> dict[str, str]:
        """Return what the learner's functions take beside the clients."""
        return {
            "image_id": self.image_id,
            "security_group_id": self.security_group_id,
            "instance_profile": self.instance_profile,
        }

    def launch(self, user_data: str, **options: Any) -> str:
        """Launch an instance as ``launch_instance`` should, and return its id."""
        answer = self.ec2.run_instances(
            ImageId=self.image_id,
            InstanceType="t3.micro",
            MinCount=1,
            MaxCount=1,
            SecurityGroupIds=[self.security_group_id],
            UserData=user_data,
            IamInstanceProfile={"Name": self.instance_profile},
            MetadataOptions={"HttpTokens": "required"},
            InstanceInitiatedShutdownBehavior="terminate",
            **options,
        )
        return str(answer["Instances"][0]["InstanceId"])

    def instances(self) -> dict[str, dict[str, Any]]:
        """Return id to description of every instance of the region."""
        pages = self.ec2.get_paginator("describe_instances").paginate()
        return {
            instance["InstanceId"]: instance
            for page in pages
            for reservation in page["Reservations"]
            for instance in reservation["Instances"]
        }

    def console(self, instance_id: str) -> str:
        """Return an instance's console output."""
        return str(self.ec2.get_console_output(InstanceId=instance_id).get("Output", ""))

    def user_data(self, instance_id: str) -> str:
        """Return the user data that an instance was launched with."""
        answer = self.ec2.describe_instance_attribute(InstanceId=instance_id, Attribute="userData")
        return base64.b64decode(answer["UserData"].get("Value", "")).decode(errors="replace")

    def put(self, key: str, data: bytes) -> None:
        """Store an object."""
        self.s3.put_object(Bucket=self.bucket, Key=key, Body=data)

    def get(self, key: str) -> bytes | None:
        """Return an object's content, or None where there is none."""
        try:
            return bytes(self.s3.get_object(Bucket=self.bucket, Key=key)["Body"].read())
        except self.s3.exceptions.NoSuchKey:
            return None


def result_of(task: Any, mistake: str | None, function: str, *arguments: Any, **keywords: Any) -> Any:
    """Call a function of the learner's that must not raise, and return what it returned."""
    return answer(task, mistake, function, *arguments, **keywords)


def new_place(
    cloud: Any, names: Names, rights: Mapping[str, Sequence[str]], region: str = "us-east-1", bucket: str | None = None
) -> Place:
    """Make a bucket, and what an instance needs that has these rights on it."""
    s3, ec2, iam = (cloud.client(service, region) for service in ("s3", "ec2", "iam"))
    bucket, profile = bucket or names.bucket(), names.word()
    where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    s3.create_bucket(Bucket=bucket, **where)
    iam.create_role(RoleName=profile, AssumeRolePolicyDocument=_policy(TRUST))
    statements = [
        {"Effect": "Allow", "Action": action, "Resource": [f"arn:aws:s3:::{bucket}{place}" for place in places]}
        for action, places in rights.items()
    ]
    if statements:
        iam.put_role_policy(RoleName=profile, PolicyName="rights", PolicyDocument=_policy(*statements))
    iam.create_instance_profile(InstanceProfileName=profile)
    iam.add_role_to_instance_profile(InstanceProfileName=profile, RoleName=profile)
    image_id = cloud.client("ssm", region).get_parameter(Name=IMAGE)["Parameter"]["Value"]
    group_id = ec2.create_security_group(GroupName=names.word(), Description="check")["GroupId"]
    return Place(s3, ec2, bucket, image_id, group_id, profile)


def _policy(*statements: Mapping[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def wait_until_done(cloud: Any, instance_ids: Sequence[str], called: str) -> None:
    """Wait until user data has ended, and what it may have left at work in the background; fail where it does not."""
    try:
        cloud.instances.wait_idle(timeout=stretched(25))
    except WaitTimeoutError as error:
        fail(
            called=called,
            expected="that the script comes to an end",
            found=f"it {error}",
            mistake="E33",
        )
    with suppress(WaitTimeoutError):  # then it stays on, and that is for the check to say
        launched = [cloud.instances.get(instance_id) for instance_id in instance_ids]
        cloud.instances.wait(lambda: all(one.quiet or not one.alive for one in launched), "", stretched(SETTLE_SECONDS))


def tail(console: str, characters: int = 300) -> str:
    """Return the end of a console output as one line."""
    text = " ".join(console.split())
    return text[-characters:] or "nothing"


def expect_none_left(place: Place, called: str, mistake: str) -> None:
    """Fail where an instance has not been terminated."""
    states = {instance_id: one["State"]["Name"] for instance_id, one in place.instances().items()}
    left = [f"{instance_id} {state}" for instance_id, state in states.items() if state not in GONE]
    shown = "E18" if {"stopped", "stopping"} & set(states.values()) else mistake
    expect(
        not left, called=called, expected="that each instance has been terminated", found=", ".join(left), mistake=shown
    )


def ended_with(error: BaseException | None) -> str:
    """Return in words how a call ended that was to raise an error."""
    return f"it raised {describe_error(error)}" if error else "it returned and raised nothing"


def instead_of_a_timeout(error: BaseException | None) -> str | None:
    """Return the mistake that it shows how a call ended which was to raise TimeoutError."""
    if type(error).__name__ in ("WaiterError", "RuntimeError"):
        return "R9"
    return None if error else "E36"


def hide_code(cloud: Any, why: str | None = None) -> None:
    """Have S3 refuse to hand out the code: a script that fetches it fails, and nothing else does."""
    where = {"Key": "code/*"}
    cloud.faults.add("s3.GetObject", where=where, code="AccessDenied", status=403, message=why, times=None)


def expect_launches(task: Any, cloud: Any, function: str, *arguments: Any, **keywords: Any) -> None:
    """Fail unless the function gets as far as the launch where nothing is wrong (EC2 refuses it here: it is dear)."""
    cloud.faults.add("ec2.RunInstances", code="UnauthorizedOperation", status=403, times=None)
    before = len(cloud.log)
    ended = attempt(task, function, *arguments, **keywords)
    cloud.faults.clear()
    launched(cloud.log.after(before), f"{task.last_call}, where all that it needs is there", ended.error)


def launched(log: Any, called: str, error: BaseException | None) -> None:
    """Fail unless an instance was asked for: whoever never launches one leaves none, and has shown nothing by it."""
    expect(
        log.count("ec2.RunInstances"),
        called=called,
        expected="that it launches an instance",
        found=f"no launch: {ended_with(error)}",
        mistake=diagnose(error, "F1") if error else "F3",
    )


def fail_half_way(cloud: Any) -> None:
    """Have the calls that follow a launch fail, each once: the instance is there, its launcher gets an error."""

    def launched(call: Any) -> None:
        for operation in ("DescribeInstances", "DescribeInstanceStatus", "CreateTags"):
            cloud.faults.add(f"ec2.{operation}", code="UnauthorizedOperation", status=403)

    cloud.faults.add("ec2.RunInstances", before=launched)


def expect_launched_as_given(place: Place, log: Any, called: str) -> None:
    """Fail unless an instance was asked for with the image, the security group and the profile that were given."""
    for call in log.of("ec2.RunInstances")[:1]:
        params, profile = call.params, call.params.get("IamInstanceProfile") or {}
        groups = {*params.get("SecurityGroupIds", []), *params.get("SecurityGroups", [])}
        groups |= {group for one in params.get("NetworkInterfaces", []) for group in one.get("Groups", [])}
        found = (
            params.get("ImageId"),
            sorted(groups),
            profile.get("Name") or profile.get("Arn", "").rpartition("/")[2],
        )
        wanted = (place.image_id, [place.security_group_id], place.instance_profile)
        expect(
            found == wanted,
            called=called,
            expected=f"a launch with image, security group and profile {show(wanted)}",
            found=show(found),
            mistake="N30" if found[:2] == wanted[:2] else "E42",
        )


def expect_put(log: Any, called: str, *prefixes: str) -> None:
    """Fail unless something was written under each of these prefixes."""
    keys = {str(call.params.get("Key", "")) for action in WRITES for call in log.of(action) if call.status == 200}
    for prefix in prefixes:
        under = any(key.startswith(prefix) for key in keys)
        shown = "E46" if log.count("ec2.RunInstances") else "F3"  # who launches nobody needs no prefixes
        expect(under, called=called, expected=f"an object put under {prefix}", found=show(sorted(keys)), mistake=shown)


def expect_no_credentials(text: str, called: str) -> None:
    """Fail where user data holds an access key."""
    for pattern, what in ((ACCESS_KEY, "an access key id"), (SECRET, "a secret access key")):
        found = pattern.search(text)
        expect(
            not found,
            called=called,
            expected="no credentials in the user data",
            found=f"{what}: {found and found[0][:24]}…",
            mistake="N10",
        )


def user_data_of(log: Any) -> str:
    """Return the user data of the first launch, as the instance gets it."""
    for call in log.of("ec2.RunInstances"):
        return base64.b64decode(call.params.get("UserData", "")).decode(errors="replace")
    return ""


def launch_beside(place: Place, log: Any) -> str:
    """Launch an instance with the tags of an earlier call's own, as one that still runs; return its id."""
    tags = [tags for call in log.of("ec2.RunInstances") for tags in call.params.get("TagSpecifications", [])]
    kept = [one for one in tags if one.get("ResourceType") == "instance"][:1]
    return place.launch("", **({"TagSpecifications": kept} if kept else {}))


def expect_untouched(place: Place, instance_id: str, called: str) -> None:
    """Fail where an instance that is not of this call has been changed."""
    state = place.instances()[instance_id]["State"]["Name"]
    expect(
        state in ("pending", "running"),
        called=called,
        expected="that the instance of another call runs on",
        found=f"it is {state}",
        mistake="E38",
    )


def interrupt_after_launch(cloud: Any, *actions: str, skip: int = 0) -> list[str]:
    """Have Ctrl-C come once, at the first of these calls (``ec2.DescribeInstances:3`` is its third) after a launch.

    Args:
        cloud: the cloud.
        actions: the calls.
        skip: how many of them, taken together, go well before.

    Returns:
        The call at which it came, once it has.
    """
    came: list[str] = []
    seen: list[str] = []

    def interrupt(call: Any) -> None:
        seen.append(call.action)
        if not came and len(seen) > skip:
            came.append(call.action)
            raise KeyboardInterrupt

    def launched(call: Any) -> None:
        for action in actions:
            name, _, nth = action.partition(":")
            cloud.faults.add(name, nth=int(nth or 1), times=None, before=interrupt)

    cloud.faults.add("ec2.RunInstances", before=launched)
    return came
