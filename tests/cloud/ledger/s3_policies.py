"""Rows of the ledger: S3, policies, signatures, owners."""

from __future__ import annotations

import json
import os
import re
from typing import Any

import boto3
import requests
from botocore.config import Config

from ledger.row import DOCS, OTHER_ACCOUNT, Aws, Row, outcome

API = DOCS + "AmazonS3/latest/API/"
GUIDE = DOCS + "AmazonS3/latest/userguide/"
B = "probe-bucket"


def _policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def _deny(action: str, condition: dict[str, Any] | None = None, principal: Any = "*") -> dict[str, Any]:
    statement = {
        "Effect": "Deny",
        "Principal": principal,
        "Action": action,
        "Resource": [f"arn:aws:s3:::{B}", f"arn:aws:s3:::{B}/*"],
    }
    return {**statement, **({"Condition": condition} if condition else {})}


def tls_only(aws: Aws) -> str:
    s3 = aws.bucket()
    s3.put_bucket_policy(Bucket=B, Policy=_policy(_deny("s3:*", {"Bool": {"aws:SecureTransport": "false"}})))
    return outcome(s3.put_object, Bucket=B, Key="k", Body=b"x")


def other_denied(aws: Aws) -> str:
    s3 = aws.bucket()
    s3.put_bucket_policy(Bucket=B, Policy=_policy(_deny("s3:*", None, {"AWS": f"arn:aws:iam::{OTHER_ACCOUNT}:root"})))
    return outcome(s3.put_object, Bucket=B, Key="k", Body=b"x")


def denied_code(aws: Aws) -> str:
    s3 = aws.bucket()
    s3.put_bucket_policy(Bucket=B, Policy=_policy(_deny("s3:PutObject")))
    return outcome(s3.put_object, Bucket=B, Key="k", Body=b"x")


def denied_list(aws: Aws) -> str:
    s3 = aws.bucket()
    s3.put_bucket_policy(Bucket=B, Policy=_policy(_deny("s3:ListBucket")))
    return outcome(s3.list_objects_v2, Bucket=B)


def denied_key_of_many(aws: Aws) -> str:
    s3 = aws.bucket()
    for key in ("keep/a", "b"):
        s3.put_object(Bucket=B, Key=key)
    deny = {**_deny("s3:DeleteObject"), "Resource": f"arn:aws:s3:::{B}/keep/*"}
    s3.put_bucket_policy(Bucket=B, Policy=_policy(deny))
    answer = s3.delete_objects(Bucket=B, Delete={"Objects": [{"Key": "keep/a"}, {"Key": "b"}]})
    return f"{[one['Key'] for one in answer['Deleted']]} {[one['Code'] for one in answer.get('Errors', [])]}"


def policy_text(text: str) -> Any:
    return lambda aws: outcome(aws.bucket().put_bucket_policy, Bucket=B, Policy=text)


def presigned(change: Any, method: str = "GET", expires: int = 600) -> Any:
    def probe(aws: Aws) -> str:
        s3 = aws.bucket()
        s3.put_object(Bucket=B, Key="k", Body=b"x")
        s3.put_object(Bucket=B, Key="other", Body=b"y")
        url = s3.generate_presigned_url("get_object", Params={"Bucket": B, "Key": "k"}, ExpiresIn=expires)
        return str(aws.fetch(change(url), method).status)

    return probe


def expired(url: str) -> str:
    return (
        re.sub(r"X-Amz-Date=\d{8}", "X-Amz-Date=20200101", url)
        if "X-Amz-Date" in url
        else re.sub(r"Expires=\d+", "Expires=1", url)
    )


def put(**options: Any) -> Any:
    return lambda aws: outcome(aws.bucket().put_object, **{"Bucket": B, "Key": "k", "Body": b"x", **options})


def anonymous(aws: Aws) -> str:
    aws.bucket().put_object(Bucket=B, Key="k", Body=b"x")
    return str(aws.fetch(f"https://{B}.s3.amazonaws.com/k").status)


def owner_expected(aws: Aws) -> str:
    return outcome(aws.bucket().put_object, Bucket=B, Key="k", Body=b"x", ExpectedBucketOwner=OTHER_ACCOUNT)


def foreign_read(aws: Aws) -> str:
    with aws.other() as theirs:
        theirs.create_bucket(Bucket=B)
        theirs.put_object(Bucket=B, Key="k", Body=b"x")
    return outcome(aws.s3.get_object, Bucket=B, Key="k")


def public_policy(aws: Aws) -> str:
    allow = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{B}/*"}
    return outcome(aws.bucket().put_bucket_policy, Bucket=B, Policy=_policy(allow))


def wrong_secret(aws: Aws) -> str:
    key = os.environ["AWS_ACCESS_KEY_ID"]
    s3 = boto3.client("s3", aws_access_key_id=key, aws_secret_access_key="wrong", region_name="us-east-1")
    return outcome(s3.list_buckets)


def form_upload(aws: Aws) -> str:
    aws.bucket()
    s3 = aws.client("s3", config=Config(signature_version="s3v4"))
    url = s3.generate_presigned_url("put_object", Params={"Bucket": B, "Key": "k"})
    aws.fetch(url, "PUT", b"a=b&c=d", {"Content-Type": "application/x-www-form-urlencoded"})
    return str(s3.get_object(Bucket=B, Key="k")["Body"].read())


def post_too_large(aws: Aws) -> str:
    form = aws.bucket().generate_presigned_post(B, "k", Conditions=[["content-length-range", 0, 3]])
    files = {"file": ("a.txt", b"1234")}
    sent = requests.Request("POST", form["url"], data=form["fields"], files=files).prepare()
    return str(aws.fetch(form["url"], "POST", sent.body, dict(sent.headers)).status)


ROWS = (
    Row(
        "s3: presigned POST of more than its policy allows",
        post_too_large,
        "400",
        "204",
        API + "sigv4-HTTPPOSTConstructPolicy.html",
    ),
    Row(
        "s3: put under a policy that denies what is not TLS",
        tls_only,
        "OK",
        "403 403",
        GUIDE + "example-bucket-policies.html",
    ),
    Row(
        "s3: put under a policy that denies another account",
        other_denied,
        "OK",
        "403 403",
        GUIDE + "example-bucket-policies.html",
    ),
    Row(
        "s3: put under a policy that denies it", denied_code, "AccessDenied 403", "403 403", API + "ErrorResponses.html"
    ),
    Row("s3: list under a policy that denies it", denied_list, "AccessDenied 403", "OK", API + "ErrorResponses.html"),
    Row(
        "s3: delete_objects, one key denied",
        denied_key_of_many,
        "['b'] ['AccessDenied']",
        "['b'] ['AccessDenied']",
        API + "API_DeleteObjects.html",
    ),
    Row("s3: policy that is not JSON", policy_text("{"), "MalformedPolicy 400", "OK", API + "ErrorResponses.html"),
    Row(
        "s3: policy with Effect allow",
        policy_text(_policy({**_deny("s3:*"), "Effect": "allow"})),
        "MalformedPolicy 400",
        "OK",
        API + "ErrorResponses.html",
    ),
    Row(
        "s3: policy for another bucket",
        policy_text(_policy({**_deny("s3:*"), "Resource": "arn:aws:s3:::other/*"})),
        "MalformedPolicy 400",
        "OK",
        API + "ErrorResponses.html",
    ),
    Row(
        "s3: public policy on a new bucket",
        public_policy,
        "AccessDenied 403",
        "OK",
        GUIDE + "access-control-block-public-access.html",
    ),
    Row(
        "s3: object in somebody else's bucket",
        foreign_read,
        "AccessDenied 403",
        "OK",
        GUIDE + "access-policy-language-overview.html",
    ),
    Row("s3: another owner expected", owner_expected, "AccessDenied 403", "OK", GUIDE + "bucket-owner-condition.html"),
    Row("s3: presigned GET", presigned(lambda url: url), "200", "200", API + "sigv4-query-string-auth.html"),
    Row("s3: presigned GET, expired", presigned(expired), "403", "200", API + "sigv4-query-string-auth.html"),
    Row(
        "s3: presigned GET, another key",
        presigned(lambda url: url.replace("/k?", "/other?")),
        "403",
        "200",
        API + "sigv4-query-string-auth.html",
    ),
    Row(
        "s3: presigned GET used to PUT",
        presigned(lambda url: url, "PUT"),
        "403",
        "200",
        API + "sigv4-query-string-auth.html",
    ),
    Row(
        "s3: presigned PUT of a body that looks like a form",
        form_upload,
        "b'a=b&c=d'",
        "b''",
        API + "sigv4-query-string-auth.html",
    ),
    Row("s3: wrong secret", wrong_secret, "SignatureDoesNotMatch 403", "OK", API + "ErrorResponses.html"),
    Row("s3: read without credentials", anonymous, "403", "403", GUIDE + "access-policy-language-overview.html"),
)
