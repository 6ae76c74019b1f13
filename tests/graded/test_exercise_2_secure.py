"""Check task 2.2, secure_bucket: versions, encryption, no public access, TLS only, and nothing lost on the way."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support import answer, attempt, expect_as_it_is, expect_forbidden, expect_missing, forbid, works
from support_policy import STRANGER, bucket_policy, judge, open_to, some, statements, too_open
from support_s3 import expect_s3_forbidden, new_bucket

from day89.course.checks.expectations import expect, show

# What some answers do besides, and others not: looks before each put, and a put of the encryption that AWS sets anyway.
MORE_STEPS = (
    "s3.GetBucketEncryption",
    "s3.GetBucketVersioning",
    "s3.GetPublicAccessBlock",
    "s3.PutBucketEncryption",
)
SWITCHES = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")


def earlier_policy(bucket: str) -> dict[str, Any]:
    """Return a policy that a bucket may have before: three statements of its owner's."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "PartnerMayRead",
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{STRANGER}:root"},
                "Action": ["s3:GetObject"],
                "Resource": f"arn:aws:s3:::{bucket}/*",
                "Condition": {"StringEquals": {"aws:PrincipalTag/team": "penguins"}},
            },
            {
                "Effect": "Deny",
                "Principal": {"AWS": f"arn:aws:iam::{STRANGER}:root"},
                "Action": "s3:DeleteObject",
                "Resource": f"arn:aws:s3:::{bucket}/keep/*",
            },
            {
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:PutBucketWebsite",
                "Resource": f"arn:aws:s3:::{bucket}",
            },
        ],
    }


def settings(s3: Any, bucket: str) -> dict[str, Any]:
    """Return all that the task sets."""
    return {
        "versioning": s3.get_bucket_versioning(Bucket=bucket).get("Status"),
        "encryption": s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"],
        "public access": s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"],
        "policy": statements(bucket_policy(s3, bucket)),
    }


def counted(setting: Any) -> str:
    """Return a setting as text: of a policy only how many statements it has, as nobody reads them cut."""
    is_policy = isinstance(setting, list) and all(isinstance(one, str) for one in setting)
    return f"{len(setting)} statements" if is_policy else show(setting)


@pytest.mark.task("2.2", "core", points=0.5)
def test_enables_versioning(task: Any, cloud: Any, names: Any) -> None:
    """In two regions."""
    for region in ("us-east-1", names.region()):
        s3, bucket = new_bucket(cloud, names, region)
        answer(task, None, "secure_bucket", s3, bucket)
        expect_versioning(task.last_call, s3, bucket)


def expect_versioning(called: str, s3: Any, bucket: str) -> None:
    """Fail unless versioning is enabled."""
    found = s3.get_bucket_versioning(Bucket=bucket).get("Status")
    expect(found == "Enabled", called=called, expected="versioning Enabled", found=show(found), mistake="B10")


def expect_work(cloud: Any, called: str, before: int) -> None:
    """Fail unless a setting was put since then: a new bucket has some, and whoever does nothing loses none."""
    made = [call.operation for call in cloud.log.after(before) if call.status == 200]
    work = [name for name in made if name.startswith("Put")]
    expect(work, called=called, expected="settings to be put", found=f"the calls {show(made)}", mistake="F3")


@pytest.mark.task("2.2", "core", points=0.25)
def test_encrypts_by_default(task: Any, cloud: Any, names: Any) -> None:
    """SSE-S3 is called AES256, SSE-KMS aws:kms."""
    s3, bucket = new_bucket(cloud, names)
    before = len(cloud.log)
    answer(task, None, "secure_bucket", s3, bucket)
    expect_work(cloud, task.last_call, before)
    rules = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    found = [rule.get("ApplyServerSideEncryptionByDefault", {}).get("SSEAlgorithm") for rule in rules]
    expect(
        found and set(found) <= {"AES256", "aws:kms", "aws:kms:dsse"},
        called=task.last_call,
        expected="the default encryption AES256 or aws:kms",
        found=show(found),
        mistake="C9",
    )


@pytest.mark.task("2.2", "core", points=0.5)
def test_blocks_public_access(task: Any, cloud: Any, names: Any) -> None:
    """All four switches are on; this bucket has none of them yet, as old buckets have not."""
    s3, bucket = new_bucket(cloud, names)
    s3.delete_public_access_block(Bucket=bucket)
    answer(task, None, "secure_bucket", s3, bucket)
    expect_blocked(task.last_call, s3, bucket)


def expect_blocked(called: str, s3: Any, bucket: str) -> None:
    """Fail unless all four settings that block public access are on."""
    try:
        found = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    except s3.exceptions.ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchPublicAccessBlockConfiguration":
            raise
        found = {}
    off = [name for name in SWITCHES if not found.get(name)]
    expect(not off, called=called, expected="all four public-access blocks on", found=f"off: {off}", mistake="C11")


@pytest.mark.task("2.2", "core", points=0.75)
def test_denies_objects_without_tls(task: Any, cloud: Any, names: Any) -> None:
    """Whoever asks, whatever is asked of an object: plain http is denied."""
    s3, bucket = new_bucket(cloud, names, names.region())
    answer(task, None, "secure_bucket", s3, bucket)
    expect_objects_denied(task.last_call, s3, bucket)


def expect_objects_denied(called: str, s3: Any, bucket: str) -> None:
    """Fail unless the policy denies requests without TLS to objects."""
    policy = bucket_policy(s3, bucket)
    found = open_to(policy, bucket, objects=True)
    expect(
        not found,
        called=called,
        expected="the bucket policy to deny every request without TLS to objects",
        found=f"not denied: {some(found)}",
        mistake=too_open(found, policy, bucket, True, "C19"),
    )


@pytest.mark.task("2.2", "core", points=0.5)
def test_denies_the_bucket_without_tls(task: Any, cloud: Any, names: Any) -> None:
    """The bucket itself is another resource than the objects in it."""
    s3, bucket = new_bucket(cloud, names)
    answer(task, None, "secure_bucket", s3, bucket)
    policy = bucket_policy(s3, bucket)
    found = open_to(policy, bucket, objects=False)
    expect(
        not found,
        called=task.last_call,
        expected="the bucket policy to deny every request without TLS to the bucket itself",
        found=f"not denied: {some(found)}",
        mistake=too_open(found, policy, bucket, False, "N17" if policy["Statement"] else "C19"),
    )


@pytest.mark.task("2.2", "core", points=0.5)
def test_requests_with_tls_are_as_before(task: Any, cloud: Any, names: Any) -> None:
    """The policy neither denies nor allows anything new over https."""
    s3, bucket = new_bucket(cloud, names)
    before = judge({"Statement": []}, bucket, True, True) | judge({"Statement": []}, bucket, False, True)
    answer(task, None, "secure_bucket", s3, bucket)
    policy = bucket_policy(s3, bucket)
    after = judge(policy, bucket, True, True) | judge(policy, bucket, False, True)
    changed = [f"{words}: {before[words]} became {after[words]}" for words in before if before[words] != after[words]]
    denied = any(words.endswith("deny") for words in changed)
    expect(
        policy["Statement"] and not changed,
        called=task.last_call,
        expected="a policy under which requests with TLS fare as before",
        found=some(changed) if changed else "no policy",
        mistake="C26" if denied else "C12" if changed else "C19",
    )


@pytest.mark.task("2.2", "mastery", points=0.4)
def test_settings_that_were_switched_off_are_on(task: Any, cloud: Any, names: Any) -> None:
    """One setting was off, or taken away after the bucket had been made safe; all else is as it should."""
    s3, bucket = new_bucket(cloud, names, names.region())
    off = dict.fromkeys(SWITCHES, False)
    switches = {
        "versioning was suspended": lambda: s3.put_bucket_versioning(
            Bucket=bucket, VersioningConfiguration={"Status": "Suspended"}
        ),
        "the public-access blocks were off": lambda: s3.put_public_access_block(
            Bucket=bucket, PublicAccessBlockConfiguration=off
        ),
        "the public-access blocks were taken away": lambda: s3.delete_public_access_block(Bucket=bucket),
        "the policy was taken away": lambda: s3.delete_bucket_policy(Bucket=bucket),
    }
    for round_number in range(2):
        for why, switch in switches.items():
            if round_number or "policy" not in why:
                switch()
            answer(task, None, "secure_bucket", s3, bucket)
            called = f"{task.last_call}, where {why}"
            expect_versioning(called, s3, bucket)
            expect_blocked(called, s3, bucket)
            expect_objects_denied(called, s3, bucket)


@pytest.mark.task("2.2", "mastery", points=0.4)
def test_keeps_the_statements_that_were_there(task: Any, cloud: Any, names: Any) -> None:
    """A put replaces the whole policy: what it said before has to be sent again."""
    s3, bucket = new_bucket(cloud, names)
    earlier = earlier_policy(bucket)
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(earlier))
    before = len(cloud.log)
    answer(task, None, "secure_bucket", s3, bucket)
    expect_work(cloud, task.last_call, before)
    found = statements(bucket_policy(s3, bucket))
    lost = [statement for statement in statements(earlier) if statement not in found]
    expect(
        not lost,
        called=task.last_call,
        expected=f"the {len(earlier['Statement'])} statements that the policy had",
        found=f"{len(lost)} of them gone",
        mistake="C20",
    )


@pytest.mark.task("2.2", "mastery", points=0.4)
def test_a_policy_that_was_there_does_not_replace_tls_only(task: Any, cloud: Any, names: Any) -> None:
    """A statement about TLS that covers only some objects is not enough; neither is one about something else."""
    half = {
        "Sid": "TlsForReports",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    for more in ([], [half]):
        s3, bucket = new_bucket(cloud, names)
        earlier = earlier_policy(bucket)
        earlier["Statement"] += [item | {"Resource": f"arn:aws:s3:::{bucket}/reports/*"} for item in more]
        s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(earlier))
        answer(task, None, "secure_bucket", s3, bucket)
        policy = bucket_policy(s3, bucket)
        found = open_to(policy, bucket, objects=True) + open_to(policy, bucket, objects=False)
        expect(
            not found,
            called=f"{task.last_call}, where the bucket had a policy with {len(earlier['Statement'])} statements",
            expected="every request without TLS to be denied",
            found=f"not denied: {some(found)}",
            mistake="C21",
        )


@pytest.mark.task("2.2", "mastery", points=0.4)
def test_a_second_run_changes_nothing(task: Any, cloud: Any, names: Any) -> None:
    """Neither the settings nor the number of statements, with and without a policy before."""
    for with_policy in (False, True):
        s3, bucket = new_bucket(cloud, names, names.region())
        if with_policy:
            s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(earlier_policy(bucket)))
        before = len(cloud.log)
        answer(task, None, "secure_bucket", s3, bucket)
        expect_work(cloud, task.last_call, before)
        first = settings(s3, bucket)
        answer(task, None, "secure_bucket", s3, bucket)
        second = settings(s3, bucket)
        changed = [
            f"{name}: {counted(first[name])} became {counted(second[name])}"
            for name in first
            if first[name] != second[name]
        ]
        expect(
            not changed, called=f"{task.last_call} twice", expected="no change", found="; ".join(changed), mistake="C22"
        )


@pytest.mark.task("2.2", "mastery", points=0.2)
def test_securing_a_missing_bucket_is_a_lookup_error(task: Any, cloud: Any, names: Any) -> None:
    """AWS says NoSuchBucket."""
    s3, there = new_bucket(cloud, names)
    s3.put_bucket_policy(Bucket=there, Policy=json.dumps(earlier_policy(there)))
    bucket = names.bucket()
    works(task, "secure_bucket", s3, there)
    expect_missing(task, bucket, "secure_bucket", s3, bucket)


@pytest.mark.task("2.2", "mastery", points=0.2)
def test_forbidden_policy_is_not_an_absent_one(task: Any, cloud: Any, names: Any) -> None:
    """Whoever may not read the policy must not overwrite it, and a setting that is refused is not passed over."""
    s3, bucket = new_bucket(cloud, names)
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(earlier_policy(bucket)))
    _, other = new_bucket(cloud, names)
    s3.put_bucket_policy(Bucket=other, Policy=json.dumps(earlier_policy(other)))
    expect_s3_forbidden(task, cloud, ("s3.GetBucketPolicy",), "secure_bucket", s3, bucket, before=(s3, other))
    cloud.faults.clear()
    found = len(bucket_policy(s3, bucket)["Statement"])
    expect(
        found == 3,
        called=f"{task.last_call} by a caller who may not read the policy",
        expected="its 3 statements",
        found=found,
        mistake="U12",
    )
    for setting in ("s3.PutBucketVersioning", "s3.PutPublicAccessBlock", "s3.PutBucketPolicy"):
        s3, bucket = new_bucket(cloud, names)
        s3.delete_public_access_block(Bucket=bucket)
        forbid(cloud, setting)
        expect_forbidden(task, "U12", "secure_bucket", s3, bucket)
        cloud.faults.clear()
    for step in MORE_STEPS:
        s3, bucket = new_bucket(cloud, names)
        refused = cloud.faults.add(step, code="AccessDenied", status=403, times=None)
        ended = attempt(task, "secure_bucket", s3, bucket)
        cloud.faults.clear()
        if refused.met:  # nobody has to take this step
            expect_as_it_is(task, "U12", ended)
