"""Check task 2.1, create_bucket: in every region, twice, and not in somebody else's name."""

from __future__ import annotations

from typing import Any

import pytest
from support import AWS_ERRORS, REFUSALS, attempt, blamed, works
from support_s3 import expect_s3_forbidden, objects_in

from day89.course.checks.expectations import describe_error, expect, fail, show

STRANGER = "210987654321"
AMERICAN = ("us-east-2", "us-west-2")  # not us-east-1, however alike the names


def place_of(cloud: Any, bucket: str) -> str:
    """Return the region of a bucket of ours, or why there is none."""
    answer = attempt_location(cloud, bucket)
    return answer if isinstance(answer, str) else (answer["LocationConstraint"] or "us-east-1")


def attempt_location(cloud: Any, bucket: str) -> Any:
    """Ask for the region of a bucket; S3 says None for us-east-1."""
    s3 = cloud.client("s3")
    if bucket not in [item["Name"] for item in s3.list_buckets()["Buckets"]]:
        return "no such bucket of yours"
    return s3.get_bucket_location(Bucket=bucket)


def expect_created(task: Any, cloud: Any, region: str, bucket: str, mistake: str) -> None:
    """Fail unless the call makes the bucket in the client's region."""
    before = len(cloud.log)
    ended = attempt(task, "create_bucket", cloud.client("s3", region), bucket)
    where = f"{task.last_call} with a client of {region}"
    expect(
        ended.error is None, called=where, expected=f"a bucket in {region}", found=ended, mistake=blamed(ended, mistake)
    )
    found = place_of(cloud, bucket)
    mistake = mistake if cloud.log.after(before).count("s3.CreateBucket") else "F3"  # it has asked for none
    expect(found == region, called=where, expected=f"a bucket in {region}", found=found, mistake=mistake)


@pytest.mark.task("2.1", "core", points=1)
def test_creates_in_us_east_1(task: Any, cloud: Any, names: Any) -> None:
    """The one region that must not be named in the request."""
    long = names.bucket()
    for bucket in (long, long[:-2]):  # the second is not there because a longer one is
        expect_created(task, cloud, "us-east-1", bucket, "B1")


@pytest.mark.task("2.1", "core", points=1)
def test_creates_in_another_region(task: Any, cloud: Any, names: Any) -> None:
    """Every other region has to be named, and it is the client's."""
    for region in (
        names.choice(("eu-west-1", "ap-southeast-2", "sa-east-1")),
        "eu-central-1",
        *names.shuffled(AMERICAN),
    ):
        expect_created(task, cloud, region, names.bucket(), "B2")


@pytest.mark.task("2.1", "core", points=1)
def test_a_bucket_of_mine_is_fine(task: Any, cloud: Any, names: Any) -> None:
    """Outside us-east-1 AWS reports BucketAlreadyOwnedByYou; the bucket and what is in it stay."""
    expect_kept(task, cloud, names, names.region())


@pytest.mark.task("2.1", "mastery", points=0.5)
def test_a_bucket_of_mine_is_fine_in_us_east_1(task: Any, cloud: Any, names: Any) -> None:
    """In us-east-1 AWS reports nothing; the bucket and what is in it stay."""
    expect_kept(task, cloud, names, "us-east-1")


def expect_kept(task: Any, cloud: Any, names: Any, region: str) -> None:
    """Fail unless the call leaves an own bucket, its settings and its objects as they were."""
    s3, bucket = cloud.client("s3", region), names.bucket()
    expect_created(task, cloud, region, bucket, "B1" if region == "us-east-1" else "B2")  # who makes none keeps none
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": names.choice(("Enabled", "Suspended"))})
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration={"IgnorePublicAcls": True})
    s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": [{"Key": "team", "Value": names.word()}]})
    s3.put_object(Bucket=bucket, Key="a", Body=b"kept")
    before = look_at(cloud, s3, bucket)
    for _ in range(2):
        ended = attempt(task, "create_bucket", s3, bucket)
        where = f"{task.last_call} in {region}, for a bucket that is yours already"
        shown = blamed(ended, "B6")
        expect(
            ended.error is None,
            called=where,
            expected="nothing to happen",
            found=ended,
            mistake="B6" if shown == "F1" else shown,
        )
        found = look_at(cloud, s3, bucket)
        changed = [what for what in before if found.get(what) != before[what]]
        expect(
            not changed,
            called=where,
            expected=f"the bucket as it was: {show({what: before[what] for what in changed})}",
            found=show({what: found.get(what) for what in changed}),
            mistake="B6",
        )


def look_at(cloud: Any, s3: Any, bucket: str) -> dict[str, Any]:
    """Return what a second call could change of a bucket; what is not there is left out."""
    region = place_of(cloud, bucket)
    if region != s3.meta.region_name:
        return {"region": region}
    asked = {
        "versioning": s3.get_bucket_versioning,
        "tags": s3.get_bucket_tagging,
        "public access": s3.get_public_access_block,
        "ownership": s3.get_bucket_ownership_controls,
        "encryption": s3.get_bucket_encryption,
        "policy": s3.get_bucket_policy,
    }
    return {"region": region, "objects": objects_in(s3, bucket)} | {
        what: setting(ask, s3, bucket) for what, ask in asked.items()
    }


def setting(ask: Any, s3: Any, bucket: str) -> Any:
    """Return a setting of a bucket as S3 answers; it says "none" with an error."""
    try:
        return {name: value for name, value in ask(Bucket=bucket).items() if name != "ResponseMetadata"}
    except s3.exceptions.ClientError as error:
        return error.response["Error"]["Code"]


@pytest.mark.task("2.1", "mastery", points=1)
def test_a_bucket_of_somebody_else_is_an_error(task: Any, cloud: Any, names: Any) -> None:
    """BucketAlreadyExists reaches the caller: whoever went on would write into a stranger's bucket."""
    for region in ("us-east-1", names.region()):
        bucket = names.bucket()
        where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        cloud.client("s3", region, account=STRANGER).create_bucket(Bucket=bucket, **where)
        works(task, "create_bucket", cloud.client("s3", region), names.bucket())
        ended = attempt(task, "create_bucket", cloud.client("s3", region), bucket)
        called = f"{task.last_call} for a bucket that belongs to somebody else"
        if ended.error is None:
            fail(called=called, expected="AWS's error to reach the caller", found=ended, mistake="B7")
        kinds = {kind.__name__ for kind in type(ended.error).__mro__}
        expect(
            # Whoever looks first is told 403. Any other reason is one that a second request has put in its place.
            kinds & AWS_ERRORS and any(code in str(ended.error) for code in ("BucketAlreadyExists", *REFUSALS)),
            called=called,
            expected="AWS's own error as it is",
            found=f"it raised {describe_error(ended.error)}",
            mistake="B7",
        )


@pytest.mark.task("2.1", "mastery", points=0.5)
def test_forbidden_creation_is_an_error(task: Any, cloud: Any, names: Any) -> None:
    """A 403 reaches the caller as it is."""
    s3 = cloud.client("s3", names.region())
    expect_s3_forbidden(
        task, cloud, ("s3.CreateBucket",), "create_bucket", s3, names.bucket(), before=(s3, names.bucket())
    )
