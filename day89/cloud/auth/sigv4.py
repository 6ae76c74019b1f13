"""Compute the signature that a request must have, from what the cloud received.

The canonical request is built from the parts as they came in, not by signing again: a header or a path that was changed
on the way gives another signature. Equality with botocore's own signers is tested over its whole range.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from botocore.auth import HmacV1Auth

__all__ = ["Claim", "read_claim", "signature_v2", "signature_v4"]

HEADER = re.compile(
    r"AWS4-HMAC-SHA256\s+Credential=(?P<key>[^/]+)/(?P<scope>[^,\s]+)\s*,\s*SignedHeaders=(?P<headers>[^,\s]+)\s*,\s*Signature=(?P<signature>\w+)"
)
EMPTY = hashlib.sha256(b"").hexdigest()
DROPPED = frozenset({"X-Amz-Signature"})
V2_RESOURCES = frozenset(HmacV1Auth.QSAOfInterest)


class Claim:
    """The claims of a version 4 signature, from the header or from the query."""

    def __init__(self, scope: str, signed: str, signature: str, moment: str, expires: int | None = None) -> None:
        """Take the parts."""
        self.scope = scope  # DATE/REGION/SERVICE/aws4_request
        self.signed = signed.split(";")
        self.signature = signature
        self.moment = moment  # 20260101T000000Z
        self.expires = expires  # seconds, of a presigned URL


def read_claim(headers: Mapping[str, str], query: str) -> Claim | None:
    """Read a version 4 signature, or return None where there is none."""
    found = HEADER.match(headers.get("Authorization") or "")
    if found:
        return Claim(found["scope"], found["headers"], found["signature"], headers.get("X-Amz-Date") or "")
    values = dict(parse_qsl(query, keep_blank_values=True)) if "X-Amz-Signature=" in query else {}
    if not values:
        return None
    scope = values.get("X-Amz-Credential", "").partition("/")[2]
    seconds = values.get("X-Amz-Expires", "0")
    expires = int(seconds) if seconds.isdigit() else 0
    return Claim(
        scope, values.get("X-Amz-SignedHeaders", ""), values["X-Amz-Signature"], values.get("X-Amz-Date", ""), expires
    )


def signature_v4(
    claim: Claim, secret: str, method: str, url: str, headers: Mapping[str, str], host: str, payload: str
) -> str:
    """Return the signature that a request must have.

    Args:
        claim: which headers are signed, when, and in what scope.
        secret: secret access key.
        method: HTTP method.
        url: absolute URL as received.
        headers: headers as received.
        host: host as the client signed it.
        payload: hex SHA-256 of the body, or what stands in its place for S3.
    """
    parts = urlsplit(url)
    is_s3 = claim.scope.split("/")[2:3] == ["s3"]
    path = _s3_path(parts.path) if is_s3 else quote(parts.path, safe="/-_.~%")
    lines = [
        method,
        path or "/",
        _query(parts.query),
        *_headers(claim.signed, headers, host),
        "",
        ";".join(claim.signed),
        payload,
    ]
    digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    text = f"AWS4-HMAC-SHA256\n{claim.moment}\n{claim.scope}\n{digest}"
    return hmac.digest(_signing_key(secret, claim.scope), text.encode(), "sha256").hex()


@lru_cache(maxsize=1024)
def _s3_path(path: str) -> str:
    return quote(unquote(path), safe="/-_.~")


def _query(query: str) -> str:
    pairs = (pair.partition("=")[::2] for pair in query.split("&") if pair)
    encoded = [(_encode(name), _encode(value)) for name, value in pairs if name not in DROPPED]
    return "&".join(f"{name}={value}" for name, value in sorted(encoded))


@lru_cache(maxsize=4096)
def _encode(text: str) -> str:
    return quote(unquote(text), safe="-_.~")


def _headers(signed: Iterable[str], headers: Mapping[str, str], host: str) -> list[str]:
    values = ((name, host if name == "host" else headers.get(name) or "") for name in signed)
    return [f"{name}:{' '.join(str(value).split())}" for name, value in values]


@lru_cache(maxsize=512)
def _signing_key(secret: str, scope: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key


def signature_v2(secret: str, method: str, path: str, query: str, headers: Mapping[str, str], expires: str) -> str:
    """Return the signature of a presigned S3 URL of version 2, which boto3 still makes for us-east-1 by default.

    Args:
        secret: secret access key.
        method: HTTP method.
        path: path with the bucket in front, percent-encoded.
        query: query string; of it, the subresources are signed.
        headers: request headers.
        expires: the URL's ``Expires``.
        https://docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html
    """
    pairs = [pair.partition("=") for pair in query.split("&")]
    signed = sorted((name, unquote(value) if sign else None) for name, sign, value in pairs if name in V2_RESOURCES)
    resource = "&".join(name if value is None else f"{name}={value}" for name, value in signed)
    token = [unquote(value) for name, _, value in pairs if name.lower() == "x-amz-security-token"]
    amz = {name.lower(): str(value) for name, value in headers.items() if name.lower().startswith("x-amz-")}
    amz |= {"x-amz-security-token": token[0]} if token else {}
    lines = [method, headers.get("Content-MD5") or "", headers.get("Content-Type") or "", expires]
    lines += [f"{name}:{amz[name]}" for name in sorted(amz)]
    lines.append(path + (f"?{resource}" if resource else ""))
    return base64.b64encode(hmac.new(secret.encode(), "\n".join(lines).encode(), hashlib.sha1).digest()).decode()
