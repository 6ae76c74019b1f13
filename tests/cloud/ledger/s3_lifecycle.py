"""Rows of the ledger: S3, lifecycle rules."""

from __future__ import annotations

from typing import Any

from ledger.row import DOCS, Aws, Row, outcome

API = DOCS + "AmazonS3/latest/API/"
GUIDE = DOCS + "AmazonS3/latest/userguide/"
B = "probe-bucket"


def lifecycle(**rule: Any) -> Any:
    given = {"ID": "r", "Status": "Enabled", "Filter": {"Prefix": "p/"}, **rule}
    options = {"Bucket": B, "LifecycleConfiguration": {"Rules": [given]}}
    return lambda aws: outcome(aws.bucket().put_bucket_lifecycle_configuration, **options)


def two_rules(aws: Aws) -> str:
    rule = {"ID": "r", "Status": "Enabled", "Filter": {"Prefix": "p/"}, "Expiration": {"Days": 5}}
    options = {"Bucket": B, "LifecycleConfiguration": {"Rules": [rule, rule]}}
    return outcome(aws.bucket().put_bucket_lifecycle_configuration, **options)


EXPIRE = {"Expiration": {"Days": 5}}
ROWS = (
    Row("s3: lifecycle, expiration only", lifecycle(**EXPIRE), "OK", "OK", API + "API_LifecycleRule.html"),
    # Until mid-2026 the page said: positive integers greater than 30.
    Row(
        "s3: lifecycle, STANDARD_IA at 0 days",
        lifecycle(Transitions=[{"Days": 0, "StorageClass": "STANDARD_IA"}]),
        "OK",
        "OK",
        API + "API_Transition.html",
    ),
    Row(
        "s3: lifecycle, STANDARD_IA at -1 days",
        lifecycle(Transitions=[{"Days": -1, "StorageClass": "STANDARD_IA"}]),
        "InvalidArgument 400",
        "OK",
        API + "API_Transition.html",
    ),
    Row(
        "s3: lifecycle, GLACIER at 0 days",
        lifecycle(Transitions=[{"Days": 0, "StorageClass": "GLACIER"}]),
        "OK",
        "OK",
        API + "API_Transition.html",
    ),
    Row(
        "s3: lifecycle, expiry on the day of the transition",
        lifecycle(Transitions=[{"Days": 30, "StorageClass": "GLACIER"}], Expiration={"Days": 30}),
        "InvalidArgument 400",
        "OK",
        GUIDE + "lifecycle-transition-general-considerations.html",
    ),
    Row(
        "s3: lifecycle, expiry at 0 days",
        lifecycle(Expiration={"Days": 0}),
        "InvalidArgument 400",
        "OK",
        API + "API_LifecycleExpiration.html",
    ),
    Row("s3: lifecycle, no action", lifecycle(), "InvalidRequest 400", "OK", API + "API_LifecycleRule.html"),
    Row(
        "s3: lifecycle, Status enabled",
        lifecycle(Status="enabled", **EXPIRE),
        "MalformedXML 400",
        "OK",
        API + "API_LifecycleRule.html",
    ),
    Row(
        "s3: lifecycle, unknown class",
        lifecycle(Transitions=[{"Days": 30, "StorageClass": "Glacier"}]),
        "MalformedXML 400",
        "OK",
        API + "API_Transition.html",
    ),
    Row("s3: lifecycle, two rules of one id", two_rules, "InvalidArgument 400", "OK", API + "API_LifecycleRule.html"),
    Row(
        "s3: lifecycle, abort with tags",
        lifecycle(
            Filter={"Tag": {"Key": "a", "Value": "b"}}, AbortIncompleteMultipartUpload={"DaysAfterInitiation": 7}
        ),
        "InvalidRequest 400",
        "OK",
        API + "API_AbortIncompleteMultipartUpload.html",
    ),
)
