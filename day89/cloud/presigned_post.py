"""Accept uploads from HTML forms: a presigned POST becomes the PutObject that it stands for.

https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode
from xml.etree import ElementTree

from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from day89.cloud.auth.keys import find_key
from day89.cloud.messages.errors import XML, Answer
from day89.cloud.messages.model import DEFAULT_REGION, AwsError
from day89.cloud.messages.moto_request import Headers
from day89.cloud.messages.xml import element
from day89.cloud.moto.state import CloudState

__all__ = ["NOT_A_FORM", "Form", "as_put", "done", "is_form", "read_form", "refuse_form"]

# Fields of the form itself, which no condition has to name.
UNCHECKED = frozenset({"policy", "x-amz-signature", "signature", "awsaccesskeyid", "file"})
MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your key and signing method."
)
NOT_A_FORM = AwsError(
    "PreconditionFailed",
    "At least one of the pre-conditions you specified did not hold",
    412,
    {"Condition": "Bucket POST must be of the enclosure-type multipart/form-data"},
)
NOT_XML = "The XML you provided was not well-formed or did not validate against our published schema"
V4_FIELDS = ("X-Amz-Signature", "X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date")
V2_FIELDS = ("Signature", "AWSAccessKeyId")
AMAZONS = ("x-amz-meta-", "x-amz-storage", "x-amz-server-side", "x-amz-checksum-", "x-amz-website", "x-amz-object-lock")


@dataclass(frozen=True)
class Form:
    """An upload by form: its fields under lower-case names, and the file."""

    bucket: str
    fields: Mapping[str, str]
    file: bytes
    file_name: str | None  # None: the file came as a field like any other

    @property
    def key(self) -> str:
        """Return the key that the object gets."""
        key = self.fields.get("key", "")
        return key if self.file_name is None else key.replace("${filename}", self.file_name)

    @property
    def access_key(self) -> str | None:
        """Return who signed the form's policy, or None."""
        named = self.fields.get("x-amz-credential", "").split("/")[0] or self.fields.get("awsaccesskeyid")
        return named or None

    @property
    def headers(self) -> dict[str, str]:
        """Return the headers of the PutObject that the form stands for."""
        kept = ("content-type", "cache-control", "content-disposition", "content-encoding", "expires")
        headers = {name: value for name, value in self.fields.items() if name in kept or name.startswith(AMAZONS)}
        named = {"acl": "x-amz-acl"}
        headers |= {header: self.fields[name] for name, header in named.items() if name in self.fields}
        if "tagging" in self.fields:
            headers["x-amz-tagging"] = urlencode(_tags(self.fields["tagging"]))
        return headers


def is_form(method: str, headers: Headers, path: str) -> bool:
    """Return whether a request to S3 is an upload by form: a POST to a bucket with a form in it."""
    return (
        method == "POST"
        and headers.get("content-type", "").startswith("multipart/form-data")
        and "/" not in path.strip("/")
    )


def read_form(bucket: str, request: Any) -> Form:
    """Read a form from moto's request."""
    fields = {name.lower(): value for name, value in request.form.items()}
    sent = request.files.get("file")
    if sent is None:
        return Form(bucket, fields, fields.get("file", "").encode(), None)
    return Form(bucket, fields, sent.stream.read(), sent.filename or "")


def refuse_form(form: Form, state: CloudState) -> AwsError | None:
    """Refuse a form whose policy is not signed by a key of this cloud, is over, or does not fit the form.

    Args:
        form: the form.
        state: the cloud, which knows its keys.

    Returns:
        S3's refusal, or None.
    """
    text = form.fields.get("policy")
    refusal = _lacks(form)
    if refusal is not None:
        return refusal
    if text is None or form.access_key is None:
        return AwsError("AccessDenied", "Access Denied", 403)
    key = find_key(state, form.access_key)
    if key is None or not key.active:
        message = "The AWS Access Key Id you provided does not exist in our records."
        return AwsError("InvalidAccessKeyId", message, 403)
    if not _signed(form, text, key.secret):
        return AwsError("SignatureDoesNotMatch", MISMATCH, 403)
    try:
        _tags(form.fields.get("tagging", "<Tagging/>"))
    except ElementTree.ParseError:
        return AwsError("MalformedXML", NOT_XML)
    try:
        policy = json.loads(base64.b64decode(text))
        over = datetime.fromisoformat(policy["expiration"]) < datetime.now(UTC)
        conditions = policy["conditions"]
    except (ValueError, KeyError, TypeError):
        return AwsError("InvalidPolicyDocument", "Invalid Policy: Invalid JSON.")
    if over:
        return _invalid("Policy expired.")
    return _check(form, conditions)


def as_put(form: Form, state: CloudState) -> tuple[str, dict[str, str]]:
    """Return URL and headers with which the form's file can be put, signed by whoever signed the form."""
    key = find_key(state, form.access_key or "")
    if key is None:
        raise ValueError(f"no key {form.access_key}: refuse_form has not been asked")
    url = f"https://s3.amazonaws.com/{form.bucket}/{quote(form.key)}"
    request = AWSRequest("PUT", url, data=form.file, headers=form.headers)
    S3SigV4Auth(Credentials(form.access_key or "", key.secret, key.token), "s3", DEFAULT_REGION).add_auth(request)
    return url, dict(request.headers)


def done(form: Form, answer: Answer) -> Answer:
    """Turn the answer to the PutObject into the one to the form: 204, or what the form asks for."""
    if answer[0] != 200:
        return answer
    etag = answer[1].get("ETag", "")
    location = f"http://{form.bucket}.s3.amazonaws.com/{quote(form.key, safe='')}"
    headers = {name: value for name, value in answer[1].items() if name.lower() != "content-length"}
    headers["Location"] = location
    redirect = form.fields.get("success_action_redirect") or form.fields.get("redirect")
    if redirect and redirect.startswith(("http://", "https://")):
        query = urlencode({"bucket": form.bucket, "key": form.key, "etag": etag})
        return 303, {**headers, "Location": f"{redirect}{'&' if '?' in redirect else '?'}{query}"}, b""
    wanted = form.fields.get("success_action_status", "204")
    if wanted == "201":
        told = {"Location": location, "Bucket": form.bucket, "Key": form.key, "ETag": etag}
        text = "".join(element(name, value) for name, value in told.items())
        return 201, {**headers, "Content-Type": "application/xml"}, f"{XML}<PostResponse>{text}</PostResponse>".encode()
    return (int(wanted) if wanted in ("200", "204") else 204), headers, b""


def _lacks(form: Form) -> AwsError | None:
    """Refuse a form that lacks a field of its signature."""
    if "policy" not in form.fields:
        return None
    fields = V4_FIELDS if any(name.lower() in form.fields for name in V4_FIELDS) else V2_FIELDS
    present = [name for name in fields if name.lower() in form.fields]
    missing = next((name for name in fields if name.lower() not in form.fields), None)
    if not present or missing is None:
        return None
    order = "If it is specified, please check the order of the fields."
    message = f"Bucket POST must contain a field named '{missing}'.  {order}"
    return AwsError("InvalidArgument", message, 400, {"ArgumentName": missing, "ArgumentValue": ""})


def _tags(text: str) -> dict[str, str]:
    """Return the tags of a ``tagging`` field, which is XML."""
    return {tag.findtext("Key") or "": tag.findtext("Value") or "" for tag in ElementTree.fromstring(text).iter("Tag")}


def _signed(form: Form, text: str, secret: str) -> bool:
    if "x-amz-signature" in form.fields:
        scope = form.fields["x-amz-credential"].partition("/")[2].removesuffix("/aws4_request")
        signer = f"AWS4{secret}".encode()
        for part in (*scope.split("/"), "aws4_request", text):
            signer = hmac.new(signer, part.encode(), hashlib.sha256).digest()
        return hmac.compare_digest(signer.hex(), form.fields["x-amz-signature"])
    old = base64.b64encode(hmac.new(secret.encode(), text.encode(), hashlib.sha1).digest()).decode()
    return hmac.compare_digest(old, form.fields.get("signature", ""))


def _check(form: Form, conditions: list[Any]) -> AwsError | None:
    named = set()
    for condition in conditions:
        if isinstance(condition, dict) and len(condition) != 1:
            message = "Invalid Simple-Condition: Simple-Conditions must have exactly one property specified."
            return AwsError("InvalidPolicyDocument", f"Invalid Policy: {message}")
        parts = condition
        if isinstance(condition, dict):
            name, value = next(iter(condition.items()))
            parts = ["eq", f"${name}", value]
        refusal = _one(form, *parts)
        if refusal is not None:
            return refusal
        named.add(str(parts[1]).lstrip("$").lower())
    extra = [name for name in form.fields if name not in named | UNCHECKED and not name.startswith("x-ignore-")]
    return _invalid(f"Extra input fields: {extra[0]}") if extra else None


def _one(form: Form, kind: str, name: Any, value: Any) -> AwsError | None:
    kind = str(kind).lower()
    if kind == "content-length-range":
        if not (str(name).isdigit() and str(value).isdigit()):
            return _invalid(f'Policy Condition failed: ["{kind}", "{name}", "{value}"]')
        size = len(form.file)
        if size > int(value):
            fields = {"ProposedSize": str(size), "MaxSizeAllowed": str(value)}
            return AwsError("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size", 400, fields)
        if size < int(name):
            fields = {"ProposedSize": str(size), "MinSizeAllowed": str(name)}
            return AwsError(
                "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size", 400, fields
            )
        return None
    field = str(name).lstrip("$").lower()
    given = {"bucket": form.bucket}.get(field, form.fields.get(field, ""))
    fits = given.startswith(str(value)) if kind == "starts-with" else given == str(value)
    if fits and str(name).startswith("$"):
        return None
    return _invalid(f'Policy Condition failed: ["{kind}", "{name}", "{value}"]')


def _invalid(reason: str) -> AwsError:
    return AwsError("AccessDenied", f"Invalid according to Policy: {reason}", 403)
