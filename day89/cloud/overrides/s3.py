"""Put together what the local cloud answers in moto's place, or finishes after it, for S3."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote
from xml.sax.saxutils import escape

from day89.cloud.messages.errors import Answer
from day89.cloud.messages.model import ApiCall
from day89.cloud.messages.moto_request import Inner
from day89.cloud.moto.state import CloudState
from day89.cloud.overrides import (
    s3_answers,
    s3_buckets,
    s3_encryption,
    s3_listings,
    s3_objects,
    s3_reads,
    s3_settings,
    s3_uploads,
    s3_writes,
)

__all__ = ["AFTERS", "BEFORES", "website"]


def plain_body(call: ApiCall, state: CloudState, inner: Inner) -> Answer | None:
    """Keep moto from reading an object as a form because of its Content-Type."""
    if inner.headers.get("content-type", "").startswith(("application/x-www-form-urlencoded", "multipart/form-data")):
        inner.set_header("content-type", None)
    return None


def kept_type(call: ApiCall, state: CloudState, answer: Answer) -> Answer:
    """Give an object back the Content-Type that ``plain_body`` took from it."""
    given = call.headers.get("content-type", "")
    if given.startswith(("application/x-www-form-urlencoded", "multipart/form-data")):
        state.version(call.params["Bucket"], call.params["Key"]).set_metadata({"Content-Type": given})
    return answer


def website(state: CloudState, path: str) -> Answer:
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


Befores = Mapping[str, tuple[Callable[[ApiCall, CloudState, Inner], Answer | None], ...]]
Afters = Mapping[str, tuple[Callable[[ApiCall, CloudState, Answer], Answer], ...]]
OWN_BEFORE: Befores = {
    "s3.PutObject": (plain_body,),
    "s3.UploadPart": (plain_body,),
    "s3.ListMultipartUploads": (s3_uploads.list_uploads,),
    "s3.PutBucketEncryption": (s3_encryption.only_blocked,),
}
OWN_AFTER: Afters = {
    "s3.DeleteBucketEncryption": (s3_encryption.default_encryption,),
    "s3.PutObject": (kept_type, s3_encryption.kms_key),
    "s3.CopyObject": (s3_encryption.kms_key,),
    "s3.CreateMultipartUpload": (s3_uploads.new_upload,),
    "s3.PutBucketEncryption": (s3_encryption.set_blocked,),
    "s3.GetBucketEncryption": (s3_encryption.blocked_encryption,),
}
# Tables of the same operation are asked in this order.
BEFORES: tuple[Befores, ...] = (
    OWN_BEFORE,
    s3_buckets.BEFORE,
    s3_listings.BEFORE,
    s3_objects.BEFORE,
    s3_reads.BEFORE,
    s3_settings.BEFORE,
)
AFTERS: tuple[Afters, ...] = (OWN_AFTER, s3_answers.AFTER, s3_buckets.AFTER, s3_objects.AFTER, s3_writes.AFTER)
