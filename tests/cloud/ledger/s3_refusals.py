"""Rows of the ledger: reads, copies, settings, policies and principals that S3, and IAM beside it, refuse."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from ledger.answers import API, GUIDE, ONE, B, K, setting, stored, upload
from ledger.row import DOCS, Aws, Row, outcome

Probe = Callable[[Aws], str]
NOBODY = {"AWS": "arn:aws:iam::123456789012:user/nobody"}


def put(**options: Any) -> Probe:
    return lambda aws: outcome(aws.bucket().put_object, **ONE, **options)


def policy(action: str, principal: Any, **more: Any) -> str:
    statement = {"Effect": "Allow", "Principal": principal, "Action": action, **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def attributes(*names: str) -> Probe:
    return lambda aws: outcome(stored(aws).get_object_attributes, **ONE, ObjectAttributes=list(names))


def new_bucket(**options: Any) -> Probe:
    return lambda aws: outcome(aws.s3.create_bucket, Bucket=B, **options)


def archived_source(aws: Aws) -> str:
    s3 = stored(aws, StorageClass="GLACIER")
    return outcome(s3.copy_object, Bucket=B, Key="copy", CopySource=f"{B}/{K}")


def part_without_etag(aws: Aws) -> str:
    s3 = aws.bucket()
    given = upload(s3)
    return outcome(s3.complete_multipart_upload, **{**given, "MultipartUpload": {"Parts": [{"PartNumber": 1}]}})


def rule_without_id(aws: Aws) -> str:
    s3 = aws.bucket()
    rule = {"Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 7}}
    s3.put_bucket_lifecycle_configuration(Bucket=B, LifecycleConfiguration={"Rules": [rule]})
    return str(bool(s3.get_bucket_lifecycle_configuration(Bucket=B)["Rules"][0].get("ID")))


def trust(aws: Aws) -> str:
    given = policy("sts:AssumeRole", NOBODY)
    return outcome(aws.client("iam").create_role, RoleName="probe", AssumeRolePolicyDocument=given)


def unchanged(aws: Aws) -> str:
    s3 = stored(aws)
    etag = s3.head_object(**ONE)["ETag"]
    try:
        s3.get_object(**ONE, IfNoneMatch=etag)
    except ClientError as error:
        headers = error.response["ResponseMetadata"]["HTTPHeaders"]
        return f"{headers.get('etag') == etag} {'last-modified' in headers}"
    return "OK"


def chunked_encoding(aws: Aws) -> str:
    return str(stored(aws, ContentEncoding="gzip,aws-chunked").head_object(**ONE).get("ContentEncoding"))


PROBES: tuple[tuple[str, Probe, str, str, str], ...] = (
    # what, probe, AWS, plain moto, source
    (
        "s3: make a bucket in no region",
        new_bucket(CreateBucketConfiguration={"LocationConstraint": "bar"}),
        "InvalidLocationConstraint 400",
        "OK",
        API + "CreateBucketConfiguration.html",
    ),
    (
        "s3: make a public bucket with ACLs",
        new_bucket(ACL="public-read", ObjectOwnership="ObjectWriter"),
        "InvalidBucketAclWithBlockPublicAccessError 400",
        "OK",
        GUIDE + "access-control-block-public-access.html",
    ),
    (
        "s3: an inventory that is not there",
        setting("get_bucket_inventory_configuration", Id="a"),
        "NoSuchConfiguration 404",
        "NoSuchInventoryConfig 404",
        API + "GetBucketInventoryConfiguration.html",
    ),
    (
        "s3: a policy for a user who is not there",
        setting("put_bucket_policy", Policy=policy("s3:GetObject", NOBODY, Resource=f"arn:aws:s3:::{B}/*")),
        "MalformedPolicy 400",
        "OK",
        DOCS + "IAM/latest/UserGuide/reference_policies_elements_principal.html",
    ),
    (
        "iam: a role that trusts a user who is not there",
        trust,
        "MalformedPolicyDocument 400",
        "OK",
        DOCS + "IAM/latest/UserGuide/reference_policies_elements_principal.html",
    ),
    (
        "s3: a redirect to no address",
        put(WebsiteRedirectLocation="foo"),
        "InvalidRedirectLocation 400",
        "OK",
        GUIDE + "how-to-page-redirect.html",
    ),
    (
        "s3: AES256 with a KMS key",
        put(ServerSideEncryption="AES256", SSEKMSKeyId="any"),
        "InvalidArgument 400",
        "OK",
        GUIDE + "UsingKMSEncryption.html",
    ),
    (
        "s3: copy an archived object",
        archived_source,
        "InvalidObjectState 403",
        "ObjectNotInActiveTierError 403",
        API + "CopyObject.html",
    ),
    (
        "s3: attributes that are none",
        attributes("Nothing"),
        "InvalidArgument 400",
        "OK",
        API + "GetObjectAttributes.html",
    ),
    (
        "s3: complete with an empty list of parts",
        lambda aws: outcome(
            (s3 := aws.bucket()).complete_multipart_upload, **{**upload(s3), "MultipartUpload": {"Parts": []}}
        ),
        "MalformedXML 400",
        "MalformedXML 400",
        API + "CompleteMultipartUpload.html",
    ),
    (
        "s3: complete with a part without ETag",
        part_without_etag,
        "MalformedXML 400",
        "IndexError",
        API + "CompleteMultipartUpload.html",
    ),
    ("s3: a lifecycle rule without id gets one", rule_without_id, "True", "False", API + "LifecycleRule.html"),
    ("s3: an answer of 304 names what is unchanged", unchanged, "True True", "True True", API + "GetObject.html"),
    ("s3: aws-chunked is no encoding of an object", chunked_encoding, "gzip", "gzip", API + "sigv4-streaming.html"),
)
ROWS = tuple(Row(*row) for row in PROBES)
