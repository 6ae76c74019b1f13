"""Refuse access control lists and ownership that S3 refuses. https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from day89.cloud.messages.model import ApiCall, AwsError
from day89.cloud.messages.xml import canonical_id
from day89.cloud.moto.state import CloudState
from day89.cloud.validation.s3_objects import MALFORMED

__all__ = ["RULES", "acls_off"]

ENFORCED = "BucketOwnerEnforced"
OWNERSHIPS = (ENFORCED, "BucketOwnerPreferred", "ObjectWriter")
CANNED = frozenset(
    {
        "private",
        "public-read",
        "public-read-write",
        "authenticated-read",
        "aws-exec-read",
        "bucket-owner-read",
        "bucket-owner-full-control",
        "log-delivery-write",
    }
)
# Says no more than that the owner has everything, which is so where ACLs are off, too.
OWNERS_ONLY = frozenset({"bucket-owner-full-control"})
PUBLIC = frozenset({"public-read", "public-read-write", "authenticated-read"})
EVERYBODY = "http://acs.amazonaws.com/groups/global"
GROUPS = frozenset(
    {
        "http://acs.amazonaws.com/groups/global/AllUsers",
        "http://acs.amazonaws.com/groups/global/AuthenticatedUsers",
        "http://acs.amazonaws.com/groups/s3/LogDelivery",
    }
)
PERMISSIONS = frozenset({"FULL_CONTROL", "WRITE", "WRITE_ACP", "READ", "READ_ACP"})
GRANTS = {
    "GrantFullControl": "x-amz-grant-full-control",
    "GrantRead": "x-amz-grant-read",
    "GrantReadACP": "x-amz-grant-read-acp",
    "GrantWrite": "x-amz-grant-write",
    "GrantWriteACP": "x-amz-grant-write-acp",
}
GRANTEE = re.compile(r'\s*(id|uri|emailAddress)\s*=\s*"?([^",]*)"?\s*')
CANONICAL = re.compile(r"[0-9a-f]{64}")
MALFORMED_ACL = AwsError("MalformedACLError", MALFORMED.message)


def acls_off(bucket: Any) -> bool:
    """Return whether a bucket takes no ACLs: its owner owns every object, as in every new bucket."""
    return ENFORCED in str(bucket.ownership_rule)


def _argument(message: str, name: str, value: str | None = None) -> AwsError:
    fields = {"ArgumentName": name} if value is None else {"ArgumentName": name, "ArgumentValue": value}
    return AwsError("InvalidArgument", message, 400, fields)


def no_acls(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse ACLs on a bucket that has them off: https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html"""
    bucket = state.bucket(call.params["Bucket"])
    acl = call.params.get("ACL")
    grants = any(name in call.params for name in GRANTS) or not _owners_only(_grants(call), bucket)
    # With an object, ``private`` asks for no more than the owner has: rclone and s3cmd send it with every one.
    harmless = OWNERS_ONLY if call.operation in ("PutBucketAcl", "PutObjectAcl") else {*OWNERS_ONLY, "private"}
    if not acls_off(bucket) or not (grants or (acl and acl not in harmless)):
        return None
    return AwsError("AccessControlListNotSupported", "The bucket does not allow ACLs")


def _owners_only(grants: list[Mapping[str, Any]], bucket: Any) -> bool:
    """Return whether a list written out says what ``bucket-owner-full-control`` says: the owner has everything."""
    owner = canonical_id(bucket.account_id)
    given = [(one.get("Permission"), (one.get("Grantee") or {}).get("ID")) for one in grants]
    return all(one == ("FULL_CONTROL", owner) for one in given)


def no_public_acls(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse public ACLs where the bucket blocks them.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
    """
    block = state.bucket(call.params["Bucket"]).public_access_block
    if block is None or not block.block_public_acls:
        return None
    return AwsError("AccessDenied", "Access Denied", 403) if _is_public(call) else None


def _is_public(call: ApiCall) -> bool:
    """Return whether a call's ACL grants anything to everybody, or to everybody who has an account."""
    named = [str(call.params.get(name) or "") for name in GRANTS]
    named += [str(grant.get("Grantee") or "") for grant in _grants(call)]
    return call.params.get("ACL") in PUBLIC or any(f"{EVERYBODY}/" in one for one in named)


def headers(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse canned ACLs and grants that do not exist: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketAcl.html"""
    acl = call.params.get("ACL")
    if acl is not None and acl not in CANNED:
        return _argument("", "x-amz-acl", acl)
    granted = {name: call.params[name] for name in GRANTS if name in call.params}
    if granted and acl is not None:
        return AwsError("InvalidRequest", "Specifying both Canned ACLs and Header Grants is not allowed")
    for name, text in granted.items():
        for grantee in str(text).split(","):
            refusal = _grantee(GRANTS[name], grantee)
            if refusal is not None:
                return refusal
    return None


def _grantee(header: str, text: str) -> AwsError | None:
    found = GRANTEE.fullmatch(text)
    if found is None:
        return _argument("Argument format not recognized", header, text)
    if found[1] == "uri" and found[2] not in GROUPS:
        return _argument("Invalid group uri", "uri", found[2])
    if found[1] == "id" and not CANONICAL.fullmatch(found[2]):
        return _argument("Invalid id", "id", found[2])
    return None


def document(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse an ACL written out in the body that is malformed, or no ACL at all."""
    named = "ACL" in call.params or any(name in call.params for name in GRANTS)
    if "AccessControlPolicy" not in call.params:
        missing = "Your request was missing a required header"
        fields = {"MissingHeaderName": "x-amz-acl"}
        return None if named else AwsError("MissingSecurityHeader", missing, 400, fields)
    if named:
        return AwsError("UnexpectedContent", "This request does not support content")
    policy = call.params["AccessControlPolicy"] or {}
    owner = (policy.get("Owner") or {}).get("ID")
    if owner is None or "Grants" not in policy:
        return MALFORMED_ACL
    refusals = [found for grant in _grants(call) if (found := _grant(grant)) is not None]
    if MALFORMED_ACL in refusals:
        return MALFORMED_ACL
    if not CANONICAL.fullmatch(owner):
        return _argument("Invalid id", "CanonicalUser/ID", owner)
    return refusals[0] if refusals else None


def _grants(call: ApiCall) -> list[Mapping[str, Any]]:
    return (call.params.get("AccessControlPolicy") or {}).get("Grants") or []


def _grant(grant: Mapping[str, Any]) -> AwsError | None:
    grantee = grant.get("Grantee") or {}
    if grant.get("Permission") not in PERMISSIONS or not grantee:
        return MALFORMED_ACL
    uri, user = grantee.get("URI"), grantee.get("ID")
    if uri is not None:
        return None if uri in GROUPS else _argument("Invalid group uri", "Group/URI", uri)
    if user is not None:
        return None if CANONICAL.fullmatch(user) else _argument("Invalid id", "CanonicalUser/ID", user)
    return None if grantee.get("EmailAddress") else MALFORMED_ACL


def new_bucket(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse to create a bucket with grants and without ACLs: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateBucket.html"""
    given = call.params.get("ObjectOwnership")
    if given is not None and given not in OWNERSHIPS:
        return _argument(f"Invalid x-amz-object-ownership header: {given}", "x-amz-object-ownership")
    acl = call.params.get("ACL", "private")
    grants = any(name in call.params for name in GRANTS)
    if (given or ENFORCED) != ENFORCED or not (grants or acl != "private"):
        return headers(call, state) or _public_at_creation(call)
    message = "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting"
    return AwsError("InvalidBucketAclWithObjectOwnership", message)


def _public_at_creation(call: ApiCall) -> AwsError | None:
    """Refuse a public ACL: a bucket is made with public access blocked."""
    if not _is_public(call):
        return None
    message = "Bucket cannot have public ACLs set with BlockPublicAccess enabled"
    return AwsError("InvalidBucketAclWithBlockPublicAccessError", message)


def ownership(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse all but one of three kinds of ownership: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketOwnershipControls.html"""
    rules = (call.params.get("OwnershipControls") or {}).get("Rules") or []
    known = len(rules) == 1 and rules[0].get("ObjectOwnership") in OWNERSHIPS
    return None if known else MALFORMED


def has_ownership(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse to tell of ownership controls that were deleted: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketOwnershipControls.html"""
    bucket = state.bucket(call.params["Bucket"])
    if bucket.ownership_rule is not None:
        return None
    message = "The bucket ownership controls were not found"
    return AwsError("OwnershipControlsNotFoundError", message, 404, {"BucketName": bucket.name})


WRITE = (headers, no_acls, no_public_acls)
CHANGE = (document, headers, no_acls, no_public_acls)
RULES: Mapping[str, tuple[Callable[[ApiCall, CloudState], AwsError | None], ...]] = {
    "s3.CreateBucket": (new_bucket,),
    "s3.PutObject": WRITE,
    "s3.CopyObject": WRITE,
    "s3.CreateMultipartUpload": WRITE,
    "s3.PutBucketAcl": CHANGE,
    "s3.PutObjectAcl": CHANGE,
    "s3.PutBucketOwnershipControls": (ownership,),
    "s3.GetBucketOwnershipControls": (has_ownership,),
}
