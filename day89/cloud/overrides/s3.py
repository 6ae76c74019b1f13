"""Correct moto's S3 where it differs from S3."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote
from xml.sax.saxutils import escape

from moto.s3.models import PublicAccessBlock

from day89.cloud.messages.errors import Answer, render
from day89.cloud.messages.model import ApiCall, Refusal
from day89.cloud.messages.moto_request import Inner
from day89.cloud.moto.state import State
from day89.cloud.overrides import s3_answers, s3_encryption, s3_settings, s3_uploads

__all__ = ["AFTER", "BEFORE", "website"]

KEYS_A_PAGE = 1000
DELETED = re.compile(rb"<Deleted>.*?</Deleted>|<Deleted ?/>", re.DOTALL)
RANGE = re.compile(r"^bytes=(\d+)-(\d+)$")
WORTH_SLICING_BYTES = 64 * 1024
PAGE_PARAMETERS = {
    "ListObjects": "max-keys",
    "ListObjectsV2": "max-keys",
    "ListObjectVersions": "max-keys",
    "ListParts": "max-parts",
}


def page(call: ApiCall, state: State, inner: Inner) -> Answer | None:
    """Return at most 1,000 keys whatever is asked for: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html"""
    name = PAGE_PARAMETERS[call.operation]
    largest = state.page_size or KEYS_A_PAGE
    asked = {"max-keys": "MaxKeys", "max-parts": "MaxParts"}[name]
    given = call.params.get(asked)
    if given is None and state.page_size is None:
        return None
    if given is None or int(given) > largest:
        inner.set_query(name, str(largest))
    return None


def plain_body(call: ApiCall, state: State, inner: Inner) -> Answer | None:
    """Keep moto from reading an object as a form because of its Content-Type."""
    if inner.headers.get("content-type", "").startswith(("application/x-www-form-urlencoded", "multipart/form-data")):
        inner.set_header("content-type", None)
    return None


def kept_type(call: ApiCall, state: State, answer: Answer) -> Answer:
    """Give an object back the Content-Type that ``plain_body`` took from it."""
    given = call.headers.get("content-type", "")
    if given.startswith(("application/x-www-form-urlencoded", "multipart/form-data")):
        _object(call, state).set_metadata({"Content-Type": given})
    return answer


def part_of_object(call: ApiCall, state: State, inner: Inner) -> Answer | None:
    """Read a range without copying the whole object: moto copies all of it for each range."""
    found = RANGE.match(call.headers.get("Range", ""))
    key = _object(call, state) if found else None
    if found is None or key is None or key.size < WORTH_SLICING_BYTES or call.params.get("PartNumber"):
        return None
    conditions = ("IfMatch", "IfNoneMatch", "IfModifiedSince", "IfUnmodifiedSince")
    if any(name in call.params for name in conditions[1:]) or key.storage_class not in ("STANDARD", "STANDARD_IA"):
        return None
    if call.params.get("IfMatch", key.etag).strip('"') != key.etag.strip('"'):
        return None
    first, last = int(found[1]), min(int(found[2]), key.size - 1)
    if first > last:
        return None
    with key.lock:
        key._value_buffer.seek(first)
        body = key._value_buffer.read(last - first + 1)
    headers = {**key.response_dict, **key.metadata, "Accept-Ranges": "bytes"}
    headers["content-range"] = f"bytes {first}-{last}/{key.size}"
    headers["content-length"] = str(len(body))
    return 206, {name: str(value) for name, value in headers.items()}, body


def _object(call: ApiCall, state: State) -> Any:
    bucket = state.bucket(call.params.get("Bucket", ""))
    if bucket is None:
        return None
    owner = state.backend("s3", bucket.account_id)
    return owner.get_object(bucket.name, call.params.get("Key"), version_id=call.params.get("VersionId"))


def new_bucket(call: ApiCall, state: State, answer: Answer) -> Answer:
    """Give a new bucket what S3 gives it since January and April 2023: encryption, and no public access."""
    bucket = state.bucket(call.params.get("Bucket", ""))
    if bucket is not None and bucket.name not in state.buckets_seen:
        state.buckets_seen.add(bucket.name)
        bucket.encryption = s3_encryption.DEFAULT
        bucket.public_access_block = PublicAccessBlock("true", "true", "true", "true")
        if bucket.ownership_rule is None:
            bucket.ownership_rule = "BucketOwnerEnforced"
    return answer


def gone_bucket(call: ApiCall, state: State, answer: Answer) -> Answer:
    """Forget a bucket that is gone: one of the same name starts anew."""
    state.buckets_seen.discard(call.params.get("Bucket", ""))
    return answer


def checksum_type(call: ApiCall, state: State, answer: Answer) -> Answer:
    """Say of a checksum what it covers: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html"""
    status, headers, body = answer
    names = {name.lower() for name in headers}
    has_checksum = any(name.startswith("x-amz-checksum-") for name in names)
    if has_checksum and "x-amz-checksum-type" not in names:
        headers["x-amz-checksum-type"] = "FULL_OBJECT"
    return status, headers, body


def quiet(call: ApiCall, state: State, answer: Answer) -> Answer:
    """Name only the keys that were not deleted, where that is asked: https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html"""
    status, headers, body = answer
    if not call.params.get("Delete", {}).get("Quiet"):
        return answer
    return status, {k: v for k, v in headers.items() if k.lower() != "content-length"}, DELETED.sub(b"", body)


def restoring(call: ApiCall, state: State, answer: Answer) -> Answer:
    """Let a restore take a while: the first look still finds it going on.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/restoring-objects.html
    """
    key = _object(call, state)
    if answer[0] == 202 and key is not None:
        key.day89_restoring = 1
    return answer


def still_restoring(call: ApiCall, state: State, answer: Answer) -> Answer:
    """Say on the first look after a restore that it is going on."""
    status, headers, body = answer
    key = _object(call, state)
    if getattr(key, "day89_restoring", 0):
        key.day89_restoring -= 1
        headers["x-amz-restore"] = 'ongoing-request="true"'
    return status, headers, body


def archived(call: ApiCall, state: State, inner: Inner) -> Answer | None:
    """Refuse to read an object whose restore nobody has seen to its end."""
    key = _object(call, state)
    if not getattr(key, "day89_restoring", 0):
        return None
    message = "The operation is not valid for the object's storage class"
    return render(Refusal("InvalidObjectState", message, 403, {"StorageClass": key.storage_class}), "rest-xml")


def website(state: State, path: str) -> Answer:
    """Serve a page of a static website: https://docs.aws.amazon.com/AmazonS3/latest/userguide/WebsiteEndpoints.html

    Args:
        state: the cloud's state.
        path: bucket and key, percent-encoded.

    Returns:
        The page, the index document of its folder, or the error document.
    """
    name, _, key = unquote(path).lstrip("/").partition("/")
    bucket = state.bucket(name)
    settings = (bucket.website_configuration or b"") if bucket else b""
    text = settings.decode() if isinstance(settings, bytes) else str(settings)
    index = re.search(r"<Suffix>([^<]+)</Suffix>", text)
    if bucket is None or index is None:
        code = "NoSuchWebsiteConfiguration" if bucket else "NoSuchBucket"
        return _page(404, f"404 Not Found: {code}")
    wanted = key + index[1] if not key or key.endswith("/") else key
    found = bucket.keys.get(wanted)
    if found is not None and _may_read(bucket):
        return 200, {"content-type": found.metadata.get("Content-Type", "text/html")}, found.value
    error = re.search(r"<Key>([^<]+)</Key>", text)
    document = bucket.keys.get(error[1]) if error else None
    if document is not None and _may_read(bucket):
        return 404, {"content-type": "text/html"}, document.value
    return _page(404, "404 Not Found: NoSuchKey") if _may_read(bucket) else _page(403, "403 Forbidden: AccessDenied")


def _may_read(bucket: Any) -> bool:
    text = bucket.policy.decode() if bucket.policy else ""
    return "s3:GetObject" in text and '"*"' in text


def _page(status: int, text: str) -> Answer:
    return status, {"content-type": "text/html"}, f"<html><body><h1>{escape(text)}</h1></body></html>".encode()


Befores = tuple[Callable[[ApiCall, State, Inner], Answer | None], ...]
Afters = tuple[Callable[[ApiCall, State, Answer], Answer], ...]
BEFORE: Mapping[str, Befores] = {
    **{f"s3.{operation}": (page,) for operation in PAGE_PARAMETERS},
    **s3_settings.BEFORE,
    "s3.PutObject": (plain_body,),
    "s3.UploadPart": (plain_body,),
    "s3.ListMultipartUploads": (s3_uploads.list_uploads,),
    "s3.PutBucketEncryption": (s3_encryption.only_blocked,),
    "s3.GetObject": (archived, part_of_object),
}
AFTER: Mapping[str, Afters] = {
    **s3_answers.AFTER,
    "s3.DeleteObjects": (quiet,),
    "s3.CreateBucket": (new_bucket,),
    "s3.DeleteBucket": (gone_bucket,),
    "s3.DeleteBucketEncryption": (s3_encryption.default_encryption,),
    "s3.PutObject": (kept_type, checksum_type, s3_encryption.kms_key),
    "s3.GetObject": (checksum_type, s3_encryption.kms_key),
    "s3.HeadObject": (checksum_type, s3_encryption.kms_key, still_restoring),
    "s3.RestoreObject": (restoring,),
    "s3.UploadPart": (s3_encryption.kms_key,),
    "s3.CreateMultipartUpload": (s3_uploads.new_upload,),
    "s3.PutBucketEncryption": (s3_encryption.set_blocked,),
    "s3.GetBucketEncryption": (s3_encryption.blocked_encryption,),
}
