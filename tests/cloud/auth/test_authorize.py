"""Policies that are enforced: what a role, a user, a stranger and the public may do in the cloud."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

import day89.cloud
from day89.cloud.auth.least_privilege import least_privilege

BUCKET = "lab-of-policies"
ARN = f"arn:aws:s3:::{BUCKET}"


@pytest.fixture
def cloud() -> Iterator[Any]:
    with day89.cloud.local() as cloud:
        cloud.client("s3").create_bucket(Bucket=BUCKET)
        cloud.client("s3").put_object(Bucket=BUCKET, Key="input/a", Body=b"x")
        yield cloud


@pytest.fixture
def role(cloud: Any, role_in: Callable[..., Any]) -> Callable[..., Any]:
    """Make a client with the credentials of a role that has some statements."""
    return functools.partial(role_in, cloud)


def allow(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def refusal(call: Callable[[], Any]) -> str:
    """Make a call that must be refused and return the error code."""
    with pytest.raises(ClientError) as caught:
        call()
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] in {400, 403}
    return caught.value.response["Error"]["Code"]


def put_policy(cloud: Any, *statements: dict[str, Any]) -> None:
    document = {"Version": "2012-10-17", "Statement": list(statements)}
    cloud.client("s3").put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(document))


def test_a_role_may_do_what_its_policy_says_and_nothing_else(role: Callable[..., Any]) -> None:
    s3 = role("s3", allow("s3:GetObject", f"{ARN}/input/*"), allow("s3:PutObject", f"{ARN}/output/*"))
    assert s3.get_object(Bucket=BUCKET, Key="input/a")["Body"].read() == b"x"
    s3.put_object(Bucket=BUCKET, Key="output/b", Body=b"y")
    assert refusal(lambda: s3.put_object(Bucket=BUCKET, Key="input/a", Body=b"y")) == "AccessDenied"
    assert refusal(lambda: s3.get_object(Bucket=BUCKET, Key="output/b")) == "AccessDenied"
    assert refusal(lambda: s3.delete_object(Bucket=BUCKET, Key="output/b")) == "AccessDenied"
    assert refusal(lambda: s3.list_objects_v2(Bucket=BUCKET)) == "AccessDenied"
    assert refusal(lambda: s3.head_object(Bucket=BUCKET, Key="output/b")) == "403"


def test_the_message_is_that_of_aws(role: Callable[..., Any]) -> None:
    s3 = role("s3")
    with pytest.raises(ClientError) as caught:
        s3.get_object(Bucket=BUCKET, Key="input/a")
    assert caught.value.response["Error"]["Message"] == (
        "User: arn:aws:sts::123456789012:assumed-role/r/me is not authorized to perform: s3:GetObject on resource: "
        f'"{ARN}/input/a" because no identity-based policy allows the s3:GetObject action'
    )


@pytest.mark.parametrize(("listing", "status"), [(True, "404"), (False, "403")])
def test_whoever_may_not_list_does_not_learn_that_a_key_is_missing(
    role: Callable[..., Any], listing: bool, status: str
) -> None:
    rights = ["s3:GetObject", "s3:ListBucket"] if listing else ["s3:GetObject"]
    s3 = role("s3", allow(rights))
    with pytest.raises(ClientError) as caught:
        s3.head_object(Bucket=BUCKET, Key="missing")
    assert caught.value.response["Error"]["Code"] == status


def test_a_missing_bucket_is_missing_for_everybody(role: Callable[..., Any]) -> None:
    with pytest.raises(ClientError, match="NoSuchBucket"):
        role("s3").list_objects_v2(Bucket="no-such-bucket-here")


def test_a_prefix_condition_narrows_a_list(role: Callable[..., Any]) -> None:
    s3 = role("s3", allow("s3:ListBucket", ARN, Condition={"StringLike": {"s3:prefix": ["input/*"]}}))
    assert s3.list_objects_v2(Bucket=BUCKET, Prefix="input/")["KeyCount"] == 1
    assert refusal(lambda: s3.list_objects_v2(Bucket=BUCKET)) == "AccessDenied"
    assert refusal(lambda: s3.list_objects_v2(Bucket=BUCKET, Prefix="output/")) == "AccessDenied"


def test_a_copy_needs_both_ends(role: Callable[..., Any]) -> None:
    s3 = role("s3", allow("s3:PutObject", f"{ARN}/*"))
    source = {"Bucket": BUCKET, "Key": "input/a"}
    assert refusal(lambda: s3.copy_object(Bucket=BUCKET, Key="b", CopySource=source)) == "AccessDenied"
    both = role("s3", allow(["s3:PutObject", "s3:GetObject"], f"{ARN}/*"), name="both")
    both.copy_object(Bucket=BUCKET, Key="b", CopySource=source)


def test_a_batch_delete_reports_the_keys_that_may_not_go(cloud: Any, role: Callable[..., Any]) -> None:
    cloud.client("s3").put_object(Bucket=BUCKET, Key="tmp/b", Body=b"y")
    s3 = role("s3", allow("s3:DeleteObject", f"{ARN}/tmp/*"))
    answer = s3.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": "tmp/b"}, {"Key": "input/a"}]})
    assert [item["Key"] for item in answer["Deleted"]] == ["tmp/b"]
    assert [(item["Key"], item["Code"]) for item in answer["Errors"]] == [("input/a", "AccessDenied")]


def test_a_multipart_upload_is_a_put(cloud: Any, role: Callable[..., Any]) -> None:
    s3 = role("s3", allow("s3:PutObject", f"{ARN}/big"))
    upload = s3.create_multipart_upload(Bucket=BUCKET, Key="big")["UploadId"]
    part = s3.upload_part(Bucket=BUCKET, Key="big", UploadId=upload, PartNumber=1, Body=b"z")["ETag"]
    parts = {"Parts": [{"PartNumber": 1, "ETag": part}]}
    s3.complete_multipart_upload(Bucket=BUCKET, Key="big", UploadId=upload, MultipartUpload=parts)
    assert cloud.client("s3").get_object(Bucket=BUCKET, Key="big")["Body"].read() == b"z"


def test_a_managed_policy_of_aws_counts(role: Callable[..., Any]) -> None:
    s3 = role("s3", managed="AmazonS3ReadOnlyAccess")
    assert s3.list_objects_v2(Bucket=BUCKET)["KeyCount"] == 1
    assert refusal(lambda: s3.delete_object(Bucket=BUCKET, Key="input/a")) == "AccessDenied"


def test_a_tls_only_bucket_policy_lets_every_program_pass(cloud: Any, role: Callable[..., Any]) -> None:
    put_policy(cloud, deny_plain_http())
    cloud.client("s3").put_object(Bucket=BUCKET, Key="b", Body=b"y")
    assert role("s3", allow("s3:GetObject")).get_object(Bucket=BUCKET, Key="b")["Body"].read() == b"y"
    with cloud.serve() as server:
        s3 = cloud.client("s3", endpoint_url=server.endpoint)
        assert s3.list_objects_v2(Bucket=BUCKET)["KeyCount"] == 2


def test_a_tls_only_bucket_policy_stops_plain_http(cloud: Any) -> None:
    put_policy(cloud, deny_plain_http())
    plain = cloud.client("s3", use_ssl=False)
    assert refusal(lambda: plain.get_object(Bucket=BUCKET, Key="input/a")) == "AccessDenied"
    assert refusal(lambda: plain.list_objects_v2(Bucket=BUCKET)) == "AccessDenied"


def deny_plain_http() -> dict[str, Any]:
    condition = {"Bool": {"aws:SecureTransport": "false"}}
    return {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": [ARN, f"{ARN}/*"], "Condition": condition}


def test_a_policy_that_locks_its_owner_out_can_still_be_taken_away(cloud: Any) -> None:
    s3 = cloud.client("s3")
    put_policy(cloud, {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": [ARN, f"{ARN}/*"]})
    assert refusal(lambda: s3.get_object(Bucket=BUCKET, Key="input/a")) == "AccessDenied"
    s3.delete_bucket_policy(Bucket=BUCKET)
    assert s3.get_object(Bucket=BUCKET, Key="input/a")["Body"].read() == b"x"


def test_a_deny_for_another_principal_leaves_the_owner_alone(cloud: Any) -> None:
    other = {"AWS": "arn:aws:iam::999999999999:root"}
    put_policy(cloud, {"Effect": "Deny", "Principal": other, "Action": "s3:*", "Resource": f"{ARN}/*"})
    assert cloud.client("s3").get_object(Bucket=BUCKET, Key="input/a")["Body"].read() == b"x"


def test_a_policy_may_demand_encryption(cloud: Any) -> None:
    condition = {"StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"}}
    put_policy(
        cloud,
        {"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": f"{ARN}/*", "Condition": condition},
    )
    s3 = cloud.client("s3")
    assert refusal(lambda: s3.put_object(Bucket=BUCKET, Key="k", Body=b"")) == "AccessDenied"
    s3.put_object(Bucket=BUCKET, Key="k", Body=b"", ServerSideEncryption="aws:kms")


def test_another_account_is_let_in_by_the_bucket_policy_only(cloud: Any) -> None:
    stranger = cloud.client("s3", account="999999999999")
    assert refusal(lambda: stranger.get_object(Bucket=BUCKET, Key="input/a")) == "AccessDenied"
    principal = {"AWS": "arn:aws:iam::999999999999:root"}
    put_policy(cloud, {"Effect": "Allow", "Principal": principal, "Action": "s3:GetObject", "Resource": f"{ARN}/*"})
    assert stranger.get_object(Bucket=BUCKET, Key="input/a")["Body"].read() == b"x"
    assert refusal(lambda: stranger.put_object(Bucket=BUCKET, Key="k", Body=b"")) == "AccessDenied"


def test_the_public_is_let_in_by_a_public_policy_and_only_if_not_blocked(cloud: Any) -> None:
    public = cloud.anonymous("s3")
    assert refusal(lambda: public.get_object(Bucket=BUCKET, Key="input/a")) == "AccessDenied"
    cloud.client("s3").delete_public_access_block(Bucket=BUCKET)
    put_policy(cloud, {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"{ARN}/*"})
    assert public.get_object(Bucket=BUCKET, Key="input/a")["Body"].read() == b"x"
    assert refusal(lambda: public.get_object(Bucket=BUCKET, Key="missing")) == "AccessDenied"
    assert refusal(lambda: public.list_objects_v2(Bucket=BUCKET)) == "AccessDenied"


def test_a_user_has_the_rights_of_its_groups(cloud: Any) -> None:
    iam = cloud.client("iam")
    iam.create_user(UserName="ann")
    keys = iam.create_access_key(UserName="ann")["AccessKey"]
    s3 = boto3.client(
        "s3", "us-east-1", aws_access_key_id=keys["AccessKeyId"], aws_secret_access_key=keys["SecretAccessKey"]
    )
    assert refusal(lambda: s3.list_objects_v2(Bucket=BUCKET)) == "AccessDenied"
    iam.create_group(GroupName="readers")
    document = json.dumps({"Version": "2012-10-17", "Statement": [allow("s3:ListBucket")]})
    iam.put_group_policy(GroupName="readers", PolicyName="p", PolicyDocument=document)
    iam.add_user_to_group(GroupName="readers", UserName="ann")
    assert s3.list_objects_v2(Bucket=BUCKET)["KeyCount"] == 1


@pytest.mark.parametrize(
    ("service", "method", "parameters", "code"),
    [
        ("iam", "create_user", {"UserName": "x"}, "AccessDenied"),
        ("ssm", "get_parameter", {"Name": "/x"}, "AccessDeniedException"),
        ("sqs", "create_queue", {"QueueName": "q"}, "AccessDenied"),
        ("cloudwatch", "list_metrics", {}, "AccessDenied"),
        ("logs", "create_log_group", {"logGroupName": "g"}, "AccessDeniedException"),
        ("ec2", "describe_instances", {}, "UnauthorizedOperation"),
    ],
)
def test_each_service_refuses_in_its_own_words(
    role: Callable[..., Any], service: str, method: str, parameters: dict[str, Any], code: str
) -> None:
    client = role(service)
    assert refusal(lambda: getattr(client, method)(**parameters)) == code


def test_anybody_may_ask_who_they_are(role: Callable[..., Any]) -> None:
    assert role("sts").get_caller_identity()["Arn"].endswith("assumed-role/r/me")


def test_the_least_policy_is_enough_for_the_calls_that_it_was_made_of(cloud: Any, role: Callable[..., Any]) -> None:
    def work(s3: Any, ec2: Any) -> None:
        s3.get_object(Bucket=BUCKET, Key="input/a")
        s3.put_object(Bucket=BUCKET, Key="output/b", Body=b"", Tagging="a=b")
        s3.copy_object(Bucket=BUCKET, Key="output/c", CopySource={"Bucket": BUCKET, "Key": "input/a"})
        s3.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": "output/b"}]})
        s3.list_objects_v2(Bucket=BUCKET)
        ec2.describe_instances()

    before = len(cloud.log)
    work(cloud.client("s3"), cloud.client("ec2"))
    policy = least_privilege(list(cloud.log)[before:])
    s3 = role("s3", *policy["Statement"], name="least")
    work(s3, role("ec2", *policy["Statement"], name="also"))
    assert refusal(lambda: s3.delete_object(Bucket=BUCKET, Key="input/a")) == "AccessDenied"
    assert refusal(lambda: s3.get_bucket_location(Bucket=BUCKET)) == "AccessDenied"
