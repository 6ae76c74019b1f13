"""Make buckets, set what holds for everything in them, and take them down."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from botocore.exceptions import ClientError

from day89.errors import InvalidInputError, error_code, not_found
from day89.iam.policies import Document, merge_statement, public_read, tls_only
from day89.s3.listing import delete_keys

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

__all__ = [
    "block_public_access",
    "create_bucket",
    "delete_bucket",
    "enable_versioning",
    "encrypt_bucket",
    "get_policy",
    "host_website",
    "list_versions",
    "require_tls",
    "secure_bucket",
]

ORDER = "Day89Order"  # added to a page of versions
ALL_BLOCKED = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}


def create_bucket(s3: S3Client, bucket: str) -> None:
    """Create a bucket in the client's region, or leave it as it is where it is already mine.

    Raises:
        InvalidInputError: it is mine, and in another region.
        ClientError: among others ``BucketAlreadyExists``, where it is someone else's.

    See https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html
    """
    region = s3.meta.region_name
    # us-east-1 is the one region whose name CreateBucket refuses.
    where: Any = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    try:
        s3.create_bucket(Bucket=bucket, **where)
    except ClientError as error:
        if error_code(error) != "BucketAlreadyOwnedByYou":
            raise
        there = s3.get_bucket_location(Bucket=bucket).get("LocationConstraint") or "us-east-1"
        if there != region:
            raise InvalidInputError(f"bucket {bucket} is in {there}, not in {region}: choose another name") from error
    s3.get_waiter("bucket_exists").wait(Bucket=bucket)


def secure_bucket(s3: S3Client, bucket: str) -> None:
    """Turn on versioning, encryption, the four public-access blocks and TLS only; twice is the same as once.

    Raises:
        NotFoundError: no such bucket.

    See https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html
    """
    enable_versioning(s3, bucket)
    encrypt_bucket(s3, bucket)
    block_public_access(s3, bucket)
    require_tls(s3, bucket)


def enable_versioning(s3: S3Client, bucket: str) -> None:
    """Keep every version of every object; it can later be suspended, never undone.

    Raises:
        NotFoundError: no such bucket.

    See https://docs.aws.amazon.com/AmazonS3/latest/userguide/Versioning.html
    """
    with not_found(f"bucket {bucket}"):
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})


def encrypt_bucket(s3: S3Client, bucket: str, *, kms_key_id: str | None = None) -> None:
    """Set the encryption that new objects get.

    S3 encrypts every new object with its own keys (SSE-S3) since 2023; the real choice is a KMS key of one's own.

    Args:
        s3: S3 client.
        bucket: bucket name.
        kms_key_id: a KMS key; None keeps a KMS setting that is there, and else states SSE-S3.

    Raises:
        NotFoundError: no such bucket.

    See https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-encryption.html
    """
    default = {"SSEAlgorithm": "AES256"}
    if kms_key_id:
        default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": kms_key_id}
    elif _encrypted_with_kms(s3, bucket):
        return
    rule: Any = {"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": bool(kms_key_id)}
    with not_found(f"bucket {bucket}"):
        s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": [rule]})


def block_public_access(s3: S3Client, bucket: str) -> None:
    """Switch all four public-access blocks on; a switch that is not named would be switched off.

    Raises:
        NotFoundError: no such bucket.

    See https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
    """
    with not_found(f"bucket {bucket}"):
        s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=ALL_BLOCKED)  # type: ignore[arg-type]


def get_policy(s3: S3Client, bucket: str) -> Document:
    """Return the bucket policy, an empty one where none is set.

    Raises:
        NotFoundError: no such bucket.
    """
    try:
        with not_found(f"bucket {bucket}"):
            return json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
    except ClientError as error:
        if error_code(error) != "NoSuchBucketPolicy":
            raise
        return {"Version": "2012-10-17", "Statement": []}


def require_tls(s3: S3Client, bucket: str) -> None:
    """Deny every request without TLS, to the bucket and its objects, and keep the statements that are there.

    Raises:
        NotFoundError: no such bucket.

    See https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html#transit
    """
    _add_statement(s3, bucket, tls_only(bucket, s3.meta.partition))


def host_website(s3: S3Client, bucket: str, *, index: str = "index.html", error: str = "error.html") -> str:
    """Serve the bucket as a static website that everyone can read.

    This opens the bucket to the world: everything in it, now and later, is public. Website endpoints speak no TLS, so a
    policy of TLS only would close it again; in production put CloudFront before a closed bucket.

    Args:
        s3: S3 client.
        bucket: bucket name.
        index: key suffix that answers for a folder.
        error: key that answers for what is not there.

    Returns:
        The website's URL.

    Raises:
        NotFoundError: no such bucket.

    See https://docs.aws.amazon.com/AmazonS3/latest/userguide/WebsiteHosting.html
    """
    policy_open = {**ALL_BLOCKED, "BlockPublicPolicy": False, "RestrictPublicBuckets": False}
    site: Any = {"IndexDocument": {"Suffix": index}, "ErrorDocument": {"Key": error}}
    with not_found(f"bucket {bucket}"):
        s3.put_bucket_website(Bucket=bucket, WebsiteConfiguration=site)
        s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=policy_open)  # type: ignore[arg-type]
    _add_statement(s3, bucket, public_read(bucket, s3.meta.partition))
    return f"http://{bucket}.{_website_host(s3.meta.region_name)}/"


def list_versions(s3: S3Client, bucket: str, prefix: str = "") -> list[dict[str, Any]]:
    """Return every version and delete marker, newest first within a key, also within one second, in S3's words.

    Each is a dict with ``Key``, ``VersionId``, ``IsLatest``, ``LastModified`` and, if it is no delete marker, ``Size``.

    Raises:
        NotFoundError: no such bucket.

    See https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html
    """
    found: list[dict[str, Any]] = []
    # S3 sends versions and delete markers in one order; botocore parts them, and their times are whole seconds.
    event, handler = "before-parse.s3.ListObjectVersions", _keep_order
    s3.meta.events.register(event, handler)
    try:
        with not_found(f"bucket {bucket}"):
            for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket, Prefix=prefix):
                found += _in_order(page)
    finally:
        s3.meta.events.unregister(event, handler)
    return found


def _keep_order(response_dict: Any, customized_response_dict: dict[str, Any], **_: Any) -> None:
    """Add to a page which of its entries are versions and which are delete markers, in the order of the answer."""
    with suppress(ElementTree.ParseError):
        kinds = (entry.tag.rpartition("}")[2] for entry in ElementTree.fromstring(response_dict["body"]))
        customized_response_dict[ORDER] = [kind for kind in kinds if kind in ("Version", "DeleteMarker")]


def _in_order(page: Any) -> Iterator[dict[str, Any]]:
    lists = {"Version": iter(page.get("Versions", [])), "DeleteMarker": iter(page.get("DeleteMarkers", []))}
    for kind in page.get(ORDER, []):
        yield dict(next(lists[kind]))
    for entry in (*lists["Version"], *lists["DeleteMarker"]):  # where the order is not known
        yield dict(entry)


def delete_bucket(s3: S3Client, bucket: str) -> int:
    """Delete every version, delete marker and unfinished upload, then the bucket.

    Returns:
        How many versions and delete markers there were.

    Raises:
        NotFoundError: no such bucket.
        JobFailedError: S3 kept some versions; the bucket stays.

    See https://docs.aws.amazon.com/AmazonS3/latest/userguide/delete-bucket.html
    """
    versions = list_versions(s3, bucket)
    count = delete_keys(s3, bucket, ({"Key": item["Key"], "VersionId": item["VersionId"]} for item in versions))
    for page in s3.get_paginator("list_multipart_uploads").paginate(Bucket=bucket):
        for upload in page.get("Uploads", []):
            with suppress(s3.exceptions.NoSuchUpload):  # it ended by itself meanwhile
                s3.abort_multipart_upload(Bucket=bucket, Key=upload["Key"], UploadId=upload["UploadId"])
    with not_found(f"bucket {bucket}"):
        s3.delete_bucket(Bucket=bucket)
    s3.get_waiter("bucket_not_exists").wait(Bucket=bucket)
    return count


def _encrypted_with_kms(s3: S3Client, bucket: str) -> bool:
    try:
        with not_found(f"bucket {bucket}"):
            answer = s3.get_bucket_encryption(Bucket=bucket)
    except ClientError as error:
        if error_code(error) != "ServerSideEncryptionConfigurationNotFoundError":
            raise
        return False
    rules = answer["ServerSideEncryptionConfiguration"]["Rules"]
    return any(
        rule.get("ApplyServerSideEncryptionByDefault", {}).get("SSEAlgorithm", "").startswith("aws:kms")
        for rule in rules
    )


def _add_statement(s3: S3Client, bucket: str, statement: dict[str, Any]) -> None:
    policy = get_policy(s3, bucket)
    merged = merge_statement(policy, statement)
    if merged != policy:
        with not_found(f"bucket {bucket}"):
            s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(merged))


# The older regions write a dash where the newer ones write a dot.
# https://docs.aws.amazon.com/general/latest/gr/s3.html#s3_website_region_endpoints
DASHED_WEBSITES = frozenset(
    {
        "us-east-1",
        "us-west-1",
        "us-west-2",
        "ap-southeast-1",
        "ap-southeast-2",
        "ap-northeast-1",
        "eu-west-1",
        "sa-east-1",
        "us-gov-west-1",
    }
)


def _website_host(region: str) -> str:
    return f"s3-website{'-' if region in DASHED_WEBSITES else '.'}{region}.amazonaws.com"
