"""Map calls of S3: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, unquote

from day89.cloud.auth.evaluate import Access

__all__ = ["s3_accesses"]

# Operation -> action, where the action is not simply called as the operation.
RENAMED = {
    "HeadObject": "GetObject",
    "ListObjects": "ListBucket",
    "ListObjectsV2": "ListBucket",
    "HeadBucket": "ListBucket",
    "ListObjectVersions": "ListBucketVersions",
    "ListMultipartUploads": "ListBucketMultipartUploads",
    "ListParts": "ListMultipartUploadParts",
    "CreateMultipartUpload": "PutObject",
    "UploadPart": "PutObject",
    "CompleteMultipartUpload": "PutObject",
    "PostObject": "PutObject",
    "ListBuckets": "ListAllMyBuckets",
    "GetBucketLifecycle": "GetLifecycleConfiguration",
    "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
    "PutBucketLifecycle": "PutLifecycleConfiguration",
    "PutBucketLifecycleConfiguration": "PutLifecycleConfiguration",
    "DeleteBucketLifecycle": "PutLifecycleConfiguration",
    "GetBucketEncryption": "GetEncryptionConfiguration",
    "PutBucketEncryption": "PutEncryptionConfiguration",
    "DeleteBucketEncryption": "PutEncryptionConfiguration",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
    "DeletePublicAccessBlock": "PutBucketPublicAccessBlock",
    "GetBucketNotificationConfiguration": "GetBucketNotification",
    "PutBucketNotificationConfiguration": "PutBucketNotification",
    "GetBucketCors": "GetBucketCORS",
    "PutBucketCors": "PutBucketCORS",
    "DeleteBucketCors": "PutBucketCORS",
    "DeleteBucketTagging": "PutBucketTagging",
    "GetBucketAccelerateConfiguration": "GetAccelerateConfiguration",
    "PutBucketAccelerateConfiguration": "PutAccelerateConfiguration",
    "GetBucketReplication": "GetReplicationConfiguration",
    "PutBucketReplication": "PutReplicationConfiguration",
    "GetObjectLockConfiguration": "GetBucketObjectLockConfiguration",
    "PutObjectLockConfiguration": "PutBucketObjectLockConfiguration",
}
OF_A_VERSION = frozenset(
    {"GetObject", "DeleteObject", "GetObjectTagging", "PutObjectTagging", "DeleteObjectTagging", "GetObjectAcl"}
)
KEYS = {
    "ACL": "s3:x-amz-acl",
    "ServerSideEncryption": "s3:x-amz-server-side-encryption",
    "SSEKMSKeyId": "s3:x-amz-server-side-encryption-aws-kms-key-id",
    "StorageClass": "s3:x-amz-storage-class",
    "CopySource": "s3:x-amz-copy-source",
    "MetadataDirective": "s3:x-amz-metadata-directive",
    "Delimiter": "s3:delimiter",
    "MaxKeys": "s3:max-keys",
    "VersionId": "s3:versionid",
}
LISTS = frozenset({"ListBucket", "ListBucketVersions"})


def s3_accesses(operation: str, params: dict[str, Any]) -> list[Access]:
    """Return what a call of S3 needs to be allowed.

    Args:
        operation: operation name; a DeleteObjects is one DeleteObject a key.
        params: its parameters.
    """
    bucket = f"arn:aws:s3:::{params.get('Bucket', '*')}"
    context = _context(operation, params)
    if operation == "DeleteObjects":
        objects = (params.get("Delete") or {}).get("Objects") or []
        return [access for item in objects for access in s3_accesses("DeleteObject", {**params, **item})]
    if operation in {"CopyObject", "UploadPartCopy"}:
        return [
            _source(params),
            Access("s3:PutObject", f"{bucket}/{params.get('Key')}", context),
            *_also(params, bucket),
        ]
    action = RENAMED.get(operation, operation)
    if action in OF_A_VERSION and params.get("VersionId"):
        action = action.replace("Object", "ObjectVersion", 1)
    if action == "ListAllMyBuckets":
        return [Access("s3:ListAllMyBuckets", "*", context)]
    resource = f"{bucket}/{params['Key']}" if "Key" in params else bucket
    return [Access(f"s3:{action}", resource, context), *(_also(params, bucket) if action == "PutObject" else [])]


def _source(params: dict[str, Any]) -> Access:
    source = params.get("CopySource") or ""
    if isinstance(source, dict):
        path, version = f"{source['Bucket']}/{source['Key']}", source.get("VersionId")
    else:
        name, _, query = str(source).partition("?")
        path, version = unquote(name).lstrip("/"), dict(parse_qsl(query)).get("versionId")
    context = {"s3:versionid": version} if version else {}
    return Access("s3:GetObjectVersion" if version else "s3:GetObject", f"arn:aws:s3:::{path}", context)


def _also(params: dict[str, Any], bucket: str) -> list[Access]:
    """Return what a PutObject needs beside s3:PutObject where it sets tags or an ACL."""
    resource = f"{bucket}/{params.get('Key')}"
    found = [Access("s3:PutObjectTagging", resource, _tags(params))] if params.get("Tagging") else []
    return found + ([Access("s3:PutObjectAcl", resource, {"s3:x-amz-acl": params["ACL"]})] if params.get("ACL") else [])


def _context(operation: str, params: dict[str, Any]) -> dict[str, str | list[str]]:
    context: dict[str, str | list[str]] = {
        key: str(params[name]) for name, key in KEYS.items() if params.get(name) not in (None, "")
    }
    # A list without a prefix has an empty one: StringLike "home/*" must not let it pass.
    if RENAMED.get(operation, operation) in LISTS and operation != "HeadBucket":
        context["s3:prefix"] = str(params.get("Prefix") or "")
    location = (params.get("CreateBucketConfiguration") or {}).get("LocationConstraint")
    if location:
        context["s3:locationconstraint"] = location
    return context | _tags(params)


def _tags(params: dict[str, Any]) -> dict[str, str | list[str]]:
    text = params.get("Tagging")
    pairs = parse_qsl(text) if isinstance(text, str) else []
    tags: dict[str, str | list[str]] = {f"s3:requestobjecttag/{name.lower()}": value for name, value in pairs}
    return tags | ({"s3:requestobjecttagkeys": [name for name, _ in pairs]} if pairs else {})
