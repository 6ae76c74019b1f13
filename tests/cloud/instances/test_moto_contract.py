"""What instances, policies and signatures use of moto's inside: a release that changes it fails here first, by name."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator
from typing import Any

import pytest
from moto.backends import get_backend
from moto.sts.models import STSBackend

import day89.cloud
from day89.cloud.auth import identities
from day89.cloud.auth.evaluate import Principal
from day89.cloud.instances import moto

TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
ACCOUNT = "123456789012"


@pytest.fixture
def cloud() -> Iterator[Any]:
    with day89.cloud.local() as cloud:
        yield cloud


@pytest.fixture
def seen(cloud: Any, launch_in: Any) -> moto.Seen:
    """Launch an instance with a role, tags and user data, and return what the fleet would see."""
    iam = cloud.client("iam")
    iam.create_role(RoleName="r", AssumeRolePolicyDocument=json.dumps(TRUST))
    iam.create_instance_profile(InstanceProfileName="p")
    iam.add_role_to_instance_profile(InstanceProfileName="p", RoleName="r")
    tags = [{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": "n"}]}]
    launch_in(
        cloud, "#!/bin/sh\n", TagSpecifications=tags, IamInstanceProfile={"Name": "p"},
        MetadataOptions={"HttpTokens": "required", "InstanceMetadataTags": "enabled"},
    )  # fmt: skip
    return next(moto.look())


def test_an_instance_has_what_the_fleet_reads(cloud: Any, seen: moto.Seen) -> None:
    facts = (seen.account, seen.region, seen.user_data, seen.required_tokens, seen.metadata_enabled)
    assert facts == (ACCOUNT, "us-east-1", b"#!/bin/sh\n", True, True)
    assert seen.metadata_tags == {"Name": "n"}
    assert seen.state in {"pending", "running"}


@pytest.mark.parametrize(
    "name",
    [
        "ami_launch_index", "architecture", "availability_zone", "image_id", "instance_type", "launch_time",
        "lifecycle",
        "private_dns_name", "public_dns_name", "public_ip", "security_groups", "state_reason", "ec2_backend",
        "instance_initiated_shutdown_behavior", "terminate", "stop", "nics",
    ],
)  # fmt: skip
def test_an_instance_has_the_names_that_are_used(seen: moto.Seen, name: str) -> None:
    assert hasattr(seen.moto, name)


def test_an_instance_takes_the_address_that_it_is_given(cloud: Any, seen: moto.Seen) -> None:
    assert moto.place(seen, "127.9.9.9") is not None
    assert moto.place(seen, "127.9.9.9") is None
    found = cloud.client("ec2").describe_instances()["Reservations"][0]["Instances"][0]
    assert (found["PrivateIpAddress"], found["PublicIpAddress"]) == ("127.9.9.9", "127.9.9.9")


def test_an_instance_has_the_role_of_its_profile(seen: moto.Seen) -> None:
    role = moto.role_of(seen)
    assert role is not None
    assert (role.name, role.arn) == ("r", f"arn:aws:iam::{ACCOUNT}:role/r")


def test_credentials_are_minted_and_known(seen: moto.Seen) -> None:
    role = moto.role_of(seen)
    assert role is not None
    minted = moto.mint(seen, role, 900)
    session = identities.session_of(minted.access_key_id)
    assert session is minted
    assert session.arn == f"arn:aws:sts::{ACCOUNT}:assumed-role/r/{seen.id}"
    assert all([session.secret_access_key, session.session_token, session.expiration])


@pytest.mark.parametrize(("behaviour", "state"), [("stop", "stopped"), ("terminate", "terminated")])
def test_a_shutdown_from_inside_ends_an_instance(seen: moto.Seen, behaviour: str, state: str) -> None:
    seen.moto.instance_initiated_shutdown_behavior = behaviour
    moto.finish_shutdown(seen)
    assert seen.moto.state == state
    assert seen.moto.state_reason.code == "Client.InstanceInitiatedShutdown"


def test_assume_role_takes_the_arguments_that_are_given() -> None:
    names = set(inspect.signature(STSBackend.assume_role).parameters)
    assert names == {"self", "region_name", "role_session_name", "role_arn", "policy", "duration", "external_id"}


def test_policies_of_a_role_are_found(cloud: Any) -> None:
    iam = cloud.client("iam")
    arn = iam.create_role(RoleName="r", AssumeRolePolicyDocument=json.dumps(TRUST), Tags=[{"Key": "a", "Value": "b"}])
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
    iam.put_role_policy(RoleName="r", PolicyName="p", PolicyDocument=json.dumps(document))
    iam.attach_role_policy(RoleName="r", PolicyArn="arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess")
    principal = Principal("role", ACCOUNT, role_arn=arn["Role"]["Arn"])
    inline, managed = identities.identity_policies(principal)
    assert inline == document
    assert managed["Statement"][0]["Effect"] == "Allow"
    assert identities.tags_of(principal) == {"a": "b"}


def test_a_bucket_tells_its_policy_its_owner_and_its_keys(cloud: Any) -> None:
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket="bucket")
    s3.put_bucket_versioning(Bucket="bucket", VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket="bucket", Key="gone", Body=b"")
    s3.delete_object(Bucket="bucket", Key="gone")
    s3.put_object(Bucket="bucket", Key="here", Body=b"")
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::bucket/*"}
    document = {"Version": "2012-10-17", "Statement": [deny]}
    s3.put_bucket_policy(Bucket="bucket", Policy=json.dumps(document))
    bucket = get_backend("s3")[ACCOUNT]["aws"].buckets["bucket"]
    assert identities.bucket_policy(bucket) == document
    assert identities.owner_of(bucket) == ACCOUNT
    assert [identities.has_key(bucket, key) for key in ("here", "gone", "never")] == [True, False, False]
    assert identities.restricts_public(bucket)
    assert not identities.acl_allows(bucket, "here", "s3:GetObject")
