"""What buckets promise: made once in the right region, closed, kept as they were, and taken down whole."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from day89 import s3 as rooms
from day89.cloud import local
from day89.errors import InvalidInputError, WaitTimeoutError, error_code
from day89.iam import policies

BUCKET = "house-of-buckets"


@pytest.fixture
def cloud(clean_environment: None) -> Iterator[Any]:
    with local(page_size=3) as running:
        yield running


@pytest.fixture
def s3(cloud: Any) -> Any:
    client = cloud.client("s3")
    rooms.create_bucket(client, BUCKET)
    return client


@pytest.mark.parametrize("region", ["us-east-1", "eu-central-1"])
def test_a_bucket_is_made_in_the_region_of_the_client_and_once(cloud: Any, region: str) -> None:
    s3 = cloud.client("s3", region)
    rooms.create_bucket(s3, "made-twice")
    rooms.create_bucket(s3, "made-twice")
    assert (s3.get_bucket_location(Bucket="made-twice")["LocationConstraint"] or "us-east-1") == region


def test_a_secured_bucket_has_versions_encryption_four_blocks_and_tls_only(s3: Any) -> None:
    rooms.secure_bucket(s3, BUCKET)
    assert s3.get_bucket_versioning(Bucket=BUCKET)["Status"] == "Enabled"
    rules = s3.get_bucket_encryption(Bucket=BUCKET)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rules[0]["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    assert set(s3.get_public_access_block(Bucket=BUCKET)["PublicAccessBlockConfiguration"].values()) == {True}
    (statement,) = rooms.get_policy(s3, BUCKET)["Statement"]
    assert statement["Effect"] == "Deny"
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert set(statement["Resource"]) == {f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"}


def test_a_secured_bucket_still_works_over_tls(s3: Any, tmp_path: Path) -> None:
    rooms.secure_bucket(s3, BUCKET)
    s3.put_object(Bucket=BUCKET, Key="k", Body=b"x")
    assert rooms.download_file(s3, BUCKET, "k", tmp_path / "k").read_bytes() == b"x"


def test_securing_twice_changes_nothing_and_keeps_other_statements(s3: Any) -> None:
    mine = {
        "Sid": "DenyRequestsWithoutTls",  # even the name that the new one would have
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:DeleteObject",
        "Resource": f"arn:aws:s3:::{BUCKET}/keep/*",
    }
    s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps({"Version": "2012-10-17", "Statement": mine}))
    rooms.secure_bucket(s3, BUCKET)
    once = rooms.get_policy(s3, BUCKET)
    rooms.secure_bucket(s3, BUCKET)
    assert rooms.get_policy(s3, BUCKET) == once
    assert once["Statement"][0] == mine
    assert len(once["Statement"]) == 2


def test_securing_keeps_encryption_with_a_key_of_ones_own(s3: Any) -> None:
    key = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"
    rooms.encrypt_bucket(s3, BUCKET, kms_key_id=key)
    rooms.secure_bucket(s3, BUCKET)
    rules = s3.get_bucket_encryption(Bucket=BUCKET)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rules[0]["ApplyServerSideEncryptionByDefault"]["KMSMasterKeyID"] == key


def test_merging_does_not_touch_the_policy_that_is_given() -> None:
    before = {"Version": "2012-10-17", "Statement": []}
    after = policies.merge_statement(before, policies.tls_only(BUCKET))
    assert before["Statement"] == []
    assert policies.merge_statement(after, policies.tls_only(BUCKET)) == after


def test_a_website_answers_at_its_regions_address_and_is_public_on_purpose(s3: Any) -> None:
    assert rooms.host_website(s3, BUCKET) == f"http://{BUCKET}.s3-website-us-east-1.amazonaws.com/"
    site = s3.get_bucket_website(Bucket=BUCKET)
    assert (site["IndexDocument"], site["ErrorDocument"]) == ({"Suffix": "index.html"}, {"Key": "error.html"})
    assert rooms.get_policy(s3, BUCKET)["Statement"][0]["Action"] == "s3:GetObject"


def test_a_lifecycle_rule_is_added_and_replaced_and_others_stay(s3: Any) -> None:
    rooms.add_lifecycle_rule(s3, BUCKET, "logs", "logs/", archive_after_days=30, expire_after_days=90)
    rooms.add_lifecycle_rule(s3, BUCKET, "raw", "raw/", archive_after_days=10, expire_after_days=20)
    rooms.add_lifecycle_rule(s3, BUCKET, "raw", "raw/", archive_after_days=11, expire_after_days=21)
    rules = {rule["ID"]: rule for rule in rooms.list_lifecycle_rules(s3, BUCKET)}
    assert set(rules) == {"logs", "raw"}
    assert rules["logs"]["Transitions"] == [{"Days": 30, "StorageClass": "GLACIER"}]
    assert rules["raw"]["Expiration"]["Days"] == 21
    assert rules["raw"]["Filter"] == {"Prefix": "raw/"}
    assert rules["raw"]["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 7}


@pytest.mark.parametrize(("archive", "expire"), [(0, 10), (-1, 10), (10, 10), (10, 9), (1.5, 10), (True, 10)])
def test_days_that_make_no_life_are_refused(s3: Any, archive: Any, expire: Any) -> None:
    with pytest.raises(InvalidInputError):
        rooms.add_lifecycle_rule(s3, BUCKET, "r", "p/", archive_after_days=archive, expire_after_days=expire)
    assert rooms.list_lifecycle_rules(s3, BUCKET) == []


def test_old_versions_can_have_an_end_too(s3: Any) -> None:
    rooms.add_lifecycle_rule(s3, BUCKET, "old", "", old_versions_after_days=5)
    (rule,) = rooms.list_lifecycle_rules(s3, BUCKET)
    assert rule["NoncurrentVersionExpiration"]["NoncurrentDays"] == 5


def test_removing_a_rule_keeps_the_others_and_the_last_one_too_can_go(s3: Any) -> None:
    rooms.add_lifecycle_rule(s3, BUCKET, "a", "a/", expire_after_days=1)
    rooms.add_lifecycle_rule(s3, BUCKET, "b", "b/", expire_after_days=1)
    assert rooms.remove_lifecycle_rule(s3, BUCKET, "a")
    assert [rule["ID"] for rule in rooms.list_lifecycle_rules(s3, BUCKET)] == ["b"]
    assert rooms.remove_lifecycle_rule(s3, BUCKET, "b")
    assert not rooms.remove_lifecycle_rule(s3, BUCKET, "b")
    assert rooms.list_lifecycle_rules(s3, BUCKET) == []


def test_intelligent_tiering_is_asked_for_with_its_tiers(cloud: Any, s3: Any) -> None:
    rooms.add_intelligent_tiering(s3, BUCKET, "cold", prefix="raw/", deep_archive_after_days=200)
    # Looked at in the call log, since the local cloud keeps no such configuration.
    asked = list(cloud.log)[-1]
    assert asked.operation == "PutBucketIntelligentTieringConfiguration"
    tiers = {(t["AccessTier"], t["Days"]) for t in asked.params["IntelligentTieringConfiguration"]["Tierings"]}
    assert tiers == {("ARCHIVE_ACCESS", 90), ("DEEP_ARCHIVE_ACCESS", 200)}


@pytest.mark.parametrize("days", [{"archive_after_days": 89}, {"deep_archive_after_days": 179}])
def test_tiers_earlier_than_s3_allows_are_refused(s3: Any, days: dict[str, int]) -> None:
    with pytest.raises(InvalidInputError):
        rooms.add_intelligent_tiering(s3, BUCKET, "cold", **days)


def test_a_storage_class_changes_and_metadata_stays(s3: Any) -> None:
    s3.put_object(Bucket=BUCKET, Key="k", Body=b"x", Metadata={"a": "b"}, ContentType="text/csv")
    rooms.change_storage_class(s3, BUCKET, "k", "STANDARD_IA")
    rooms.change_storage_class(s3, BUCKET, "k", "STANDARD_IA")
    seen = rooms.describe_object(s3, BUCKET, "k")
    assert (seen.storage_class, dict(seen.metadata), seen.content_type) == ("STANDARD_IA", {"a": "b"}, "text/csv")


def test_an_archived_object_comes_back_when_it_is_asked_for(s3: Any) -> None:
    s3.put_object(Bucket=BUCKET, Key="k", Body=b"x", StorageClass="GLACIER")
    assert rooms.restore_status(s3, BUCKET, "k").state == "archived"
    with pytest.raises(InvalidInputError, match="restore_object"):
        rooms.wait_restored(s3, BUCKET, "k", timeout=0)
    rooms.restore_object(s3, BUCKET, "k", days=2)
    rooms.restore_object(s3, BUCKET, "k", days=2)
    done = rooms.wait_restored(s3, BUCKET, "k", timeout=5, poll_seconds=0.01)
    assert done.state == "readable"
    assert done.until is not None
    assert done.until > datetime.now(UTC) + timedelta(days=1)


def test_an_object_that_is_not_archived_needs_no_restore(s3: Any) -> None:
    s3.put_object(Bucket=BUCKET, Key="k", Body=b"x", StorageClass="GLACIER_IR")
    assert rooms.restore_object(s3, BUCKET, "k").state == "readable"


def test_a_restore_that_takes_too_long_is_a_timeout(s3: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    ongoing = {"StorageClass": "GLACIER", "Restore": 'ongoing-request="true"'}
    monkeypatch.setattr(s3, "head_object", lambda **_: ongoing)
    with pytest.raises(WaitTimeoutError, match="still being restored"):
        rooms.wait_restored(s3, BUCKET, "k", timeout=0)


def test_a_bucket_is_deleted_with_versions_markers_and_unfinished_uploads(s3: Any) -> None:
    rooms.enable_versioning(s3, BUCKET)
    for body in (b"1", b"2", b"3"):
        s3.put_object(Bucket=BUCKET, Key="k", Body=body)
    s3.put_object(Bucket=BUCKET, Key="gone", Body=b"x")
    s3.delete_object(Bucket=BUCKET, Key="gone")
    s3.create_multipart_upload(Bucket=BUCKET, Key="half")
    assert rooms.delete_bucket(s3, BUCKET) == 5
    with pytest.raises(LookupError, match=BUCKET):
        rooms.list_keys(s3, BUCKET)


@pytest.mark.parametrize(
    "act",
    [
        lambda s3: rooms.secure_bucket(s3, "no-such-bucket-here"),
        lambda s3: rooms.require_tls(s3, "no-such-bucket-here"),
        lambda s3: rooms.encrypt_bucket(s3, "no-such-bucket-here"),
        lambda s3: rooms.block_public_access(s3, "no-such-bucket-here"),
        lambda s3: rooms.add_lifecycle_rule(s3, "no-such-bucket-here", "r", "", expire_after_days=1),
        lambda s3: rooms.host_website(s3, "no-such-bucket-here"),
        lambda s3: rooms.delete_bucket(s3, "no-such-bucket-here"),
        lambda s3: rooms.find_unused(s3, "no-such-bucket-here"),
    ],
)
def test_a_missing_bucket_is_a_lookup_error(s3: Any, act: Any) -> None:
    with pytest.raises(LookupError, match="no-such-bucket-here"):
        act(s3)


def test_what_lies_unused_is_counted_and_priced(s3: Any) -> None:
    rooms.enable_versioning(s3, BUCKET)
    for _ in range(5):
        s3.put_object(Bucket=BUCKET, Key="k", Body=bytes(1000))
    s3.put_object(Bucket=BUCKET, Key="cold", Body=bytes(1000), StorageClass="STANDARD_IA")
    s3.put_object(Bucket=BUCKET, Key="gone", Body=b"")
    s3.delete_object(Bucket=BUCKET, Key="gone")
    upload = s3.create_multipart_upload(Bucket=BUCKET, Key="half")["UploadId"]
    s3.upload_part(Bucket=BUCKET, Key="half", UploadId=upload, PartNumber=1, Body=bytes(700))
    seen = rooms.find_unused(s3, BUCKET, days=90, now=datetime.now(UTC) + timedelta(days=91))
    assert (seen.old_versions.count, seen.old_versions.size) == (5, 4000)
    assert seen.delete_markers == 1
    assert (seen.unfinished_uploads.count, seen.unfinished_uploads.size) == (1, 700)
    assert seen.untouched_keys == ("cold", "k")
    gigabyte = 1024**3
    # STANDARD_IA bills at least 128 KiB an object.
    assert seen.untouched.month_usd == pytest.approx((1000 * 0.023 + 131072 * 0.0125) / gigabyte)
    assert seen.month_usd > seen.untouched.month_usd


def test_young_objects_are_not_called_unused(s3: Any) -> None:
    s3.put_object(Bucket=BUCKET, Key="k", Body=b"x")
    assert rooms.find_unused(s3, BUCKET, days=1).untouched_keys == ()


def test_only_old_uploads_are_aborted(s3: Any) -> None:
    s3.create_multipart_upload(Bucket=BUCKET, Key="half")
    (upload,) = rooms.list_uploads(s3, BUCKET)
    assert rooms.abort_uploads(s3, BUCKET, older_than_days=7, now=upload.started + timedelta(days=6)) == 0
    assert rooms.abort_uploads(s3, BUCKET, older_than_days=7, now=upload.started + timedelta(days=8)) == 1
    assert rooms.list_uploads(s3, BUCKET) == []


def test_old_versions_go_and_current_objects_stay(s3: Any) -> None:
    rooms.enable_versioning(s3, BUCKET)
    for body in (b"1", b"2"):
        s3.put_object(Bucket=BUCKET, Key="a/k", Body=body)
        s3.put_object(Bucket=BUCKET, Key="b/k", Body=body)
    assert rooms.delete_old_versions(s3, BUCKET, "a/") == 1
    assert len(rooms.list_versions(s3, BUCKET)) == 3
    assert s3.get_object(Bucket=BUCKET, Key="a/k")["Body"].read() == b"2"


def test_a_foreign_bucket_is_not_taken_for_mine(cloud: Any) -> None:
    cloud.client("s3", account="210987654321").create_bucket(Bucket="someone-elses")
    with pytest.raises(ClientError) as caught:
        rooms.create_bucket(cloud.client("s3"), "someone-elses")
    assert error_code(caught.value) == "BucketAlreadyExists"
