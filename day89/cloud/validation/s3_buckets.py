"""Refuse calls about buckets as S3 does. Error codes: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping

from day89.cloud.clients import regions
from day89.cloud.messages.model import ApiCall, AwsError
from day89.cloud.moto.failures import not_here
from day89.cloud.moto.state import CloudState
from day89.cloud.validation.s3_objects import MALFORMED, SSE

__all__ = ["BLOCKED", "RULES", "expected_owner", "on_any_bucket"]

BLOCKED = ("SSE-C",)
ACCOUNT = re.compile(r"\d{12}")
BUCKET_NAME = re.compile(r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")
RESERVED = re.compile(r"^(xn--|sthree-|amzn-s3-demo-)|(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$")
# moto takes most of these for something else: a PUT that it does not know makes a bucket, a GET lists one.
NOT_HERE = re.compile(
    r"Bucket(Abac|Metadata)|^(CreateSession|ListDirectoryBuckets"
    r"|RenameObject|SelectObjectContent|UpdateObjectEncryption|WriteGetObjectResponse)$|Torrent$|Annotations?$"
)


def bucket_name(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse names outside the rules: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html"""
    name = call.params.get("Bucket", "")
    if BUCKET_NAME.match(name) and ".." not in name and not _is_address(name) and not RESERVED.search(name):
        return None
    return AwsError("InvalidBucketName", "The specified bucket is not valid.", 400, {"BucketName": name})


def _is_address(name: str) -> bool:
    try:
        ipaddress.IPv4Address(name)
    except ValueError:
        return False
    return True


def location(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse, in us-east-1, regions that there are not: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucketConfiguration.html"""
    given = (call.params.get("CreateBucketConfiguration") or {}).get("LocationConstraint")
    if not given or call.region != "us-east-1" or given == "EU" or given in regions() - {"us-east-1"}:
        return None
    message = "The specified location-constraint is not valid"
    return AwsError("InvalidLocationConstraint", message, 400, {"LocationConstraint": given})


def versioning_status(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse any status but two: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketVersioning.html"""
    status = (call.params.get("VersioningConfiguration") or {}).get("Status")
    if status is None:
        return AwsError("IllegalVersioningConfigurationException", "The Versioning element must be specified")
    return None if status in ("Enabled", "Suspended") else MALFORMED


def empty(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse to delete a bucket in which anything is left: https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteBucket.html"""
    bucket = state.bucket(call.params["Bucket"])
    if not bucket.keys:
        return None
    more = ". You must delete all versions in the bucket." if bucket.versioning_status else ""
    message = f"The bucket you tried to delete is not empty{more}"
    return AwsError("BucketNotEmpty", message, 409, {"BucketName": bucket.name})


def has_block(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse to tell of a public access block that was deleted: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetPublicAccessBlock.html"""
    bucket = state.bucket(call.params["Bucket"])
    if bucket.public_access_block is not None:
        return None
    message = "The public access block configuration was not found"
    return AwsError("NoSuchPublicAccessBlockConfiguration", message, 404, {"BucketName": bucket.name})


def encryption_algorithm(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse unknown algorithms: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ServerSideEncryptionByDefault.html"""
    rules = (call.params.get("ServerSideEncryptionConfiguration") or {}).get("Rules") or []
    if len(rules) != 1:
        return MALFORMED
    for rule in rules:
        default = rule.get("ApplyServerSideEncryptionByDefault") or {}
        algorithm = default.get("SSEAlgorithm")
        if algorithm is not None and algorithm not in SSE:
            return MALFORMED
        if default.get("KMSMasterKeyID") and not (algorithm or "").startswith("aws:kms"):
            message = "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse"
            return AwsError("InvalidArgument", message, 400, {"ArgumentName": "ApplyServerSideEncryptionByDefault"})
    return None


def expected_owner(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse a bucket of another owner than expected: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-owner-condition.html"""
    expected = call.params.get("ExpectedBucketOwner")
    if expected is None:
        return None
    if not ACCOUNT.fullmatch(expected):
        message = f"The value of the expected bucket owner parameter must be an AWS Account ID... [{expected}]"
        return AwsError("InvalidBucketOwnerAWSAccountID", message)
    bucket = state.bucket(call.params.get("Bucket", ""))
    if bucket is None or bucket.account_id == expected:
        return None
    return AwsError("AccessDenied", "Access Denied", 403)


def on_any_bucket(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse what this cloud does not have, and every call but one about a bucket that is not there.

    https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
    """
    if NOT_HERE.search(call.operation):
        return not_here("s3", call.operation)
    name = call.params.get("Bucket")
    if name is None or call.operation == "CreateBucket" or state.bucket(name) is not None:
        return None
    return AwsError("NoSuchBucket", "The specified bucket does not exist", 404, {"BucketName": str(name)})


def customer_keys(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse SSE-C, which every bucket made since April 2026 blocks until it is told otherwise.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-s3-c-encryption-setting-faq.html
    """
    if "SSECustomerAlgorithm" not in call.params:
        return None
    if getattr(state.bucket(call.params.get("Bucket", "")), "day89_blocked", BLOCKED) == BLOCKED:
        message = "Access Denied: the bucket blocks server-side encryption with customer-provided keys (SSE-C)"
        return AwsError("AccessDenied", message, 403)
    return AwsError("NotImplemented", "the local cloud keeps no objects under keys of the customer (SSE-C)", 501)


RULES: Mapping[str, tuple[Callable[[ApiCall, CloudState], AwsError | None], ...]] = {
    "s3.CreateBucket": (bucket_name, location),
    "s3.DeleteBucket": (empty,),
    "s3.GetPublicAccessBlock": (has_block,),
    "s3.PutBucketVersioning": (versioning_status,),
    "s3.PutBucketEncryption": (encryption_algorithm,),
    "s3.PutObject": (customer_keys,),
    "s3.CopyObject": (customer_keys,),
    "s3.CreateMultipartUpload": (customer_keys,),
    "s3.UploadPart": (customer_keys,),
}
