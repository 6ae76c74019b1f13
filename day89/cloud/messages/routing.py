"""Find the service, region and bucket of a request, as AWS's own endpoints would."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import parse_qs, urlsplit

from day89.cloud.messages.model import DEFAULT_REGION

__all__ = ["Route", "Signed", "find_route", "read_signature"]

# Signing name or endpoint prefix -> boto3's name. https://docs.aws.amazon.com/general/latest/gr/aws-service-information.html
SERVICE_NAMES = {"monitoring": "cloudwatch", "queue": "sqs"}
HOST = re.compile(r"^(?P<service>[a-z0-9-]+)(?:\.(?P<region>[a-z]{2}(?:-[a-z]+)+-\d))?\.amazonaws\.com$")
S3_HOST = re.compile(
    r"^(?:(?P<bucket>.+)\.)?s3(?P<website>-website)?(?:-accelerate)?(?:[.-]dualstack)?"
    r"(?:[.-](?P<region>[a-z]{2}(?:-[a-z]+)+-\d))?\.amazonaws\.com$"
)
CREDENTIAL = re.compile(r"Credential=([^/\s,]+)/(\d{8})/([^/]*)/([^/]*)/aws4_request")


@dataclass(frozen=True)
class Signed:
    """The unverified claims of a request's signature."""

    access_key: str | None = None
    region: str | None = None
    service: str | None = None
    token: str | None = None
    presigned: bool = False


@dataclass(frozen=True)
class Route:
    """The destination of a request: boto3's service name, the region, and for S3 the path with the bucket in front."""

    service: str
    region: str
    path: str  # still percent-encoded
    website: bool = False


def read_signature(headers: Mapping[str, str], query: str) -> Signed:
    """Read who signed a request, from its Authorization header or, for a presigned URL, from its query.

    Args:
        headers: request headers, looked up without regard to case.
        query: the query string.

    Returns:
        The claim; all of it None for an anonymous request.
        https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html
    """
    authorization = headers.get("Authorization")
    if authorization:
        return _from_header(_text(authorization), headers)
    if "X-Amz-Credential=" in query or "AWSAccessKeyId=" in query:
        return _from_query(query)
    return Signed()


def _from_header(authorization: str, headers: Mapping[str, str]) -> Signed:
    token = headers.get("X-Amz-Security-Token")
    found = CREDENTIAL.search(authorization)
    if found:
        return Signed(found[1], found[3], found[4], _text(token) if token else None)
    old_style = re.match(r"AWS ([^:]+):", authorization)  # signature version 2
    return Signed(old_style[1] if old_style else authorization[:40], token=_text(token) if token else None)


def _from_query(query: str) -> Signed:
    values = {name: given[0] for name, given in parse_qs(query).items()}
    parts = values.get("X-Amz-Credential", "").split("/")
    token = values.get("X-Amz-Security-Token") or values.get("x-amz-security-token")
    if len(parts) == 5:
        return Signed(parts[0], parts[2], parts[3], token, presigned=True)
    return Signed(values.get("AWSAccessKeyId") or parts[0], token=token, presigned=True)


def find_route(url: str, signed: Signed) -> Route | None:
    """Find where a request goes: by its host on AWS, by the scope of its signature on any other host.

    Args:
        url: absolute URL.
        signed: what the signature claims.

    Returns:
        The route, or None where no AWS service has such an address.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    path = parts.path or "/"
    if not host.endswith(".amazonaws.com"):
        # http://bucket.localhost:PORT/key is how SDKs write a bucket where the endpoint has a name.
        return _by_scope(f"/{host.removesuffix('.localhost')}{path}" if host.endswith(".localhost") else path, signed)
    return _by_host(host, path, signed.region)


def _by_scope(path: str, signed: Signed) -> Route | None:
    # Only S3 is used without a signature, and no other service has paths beyond "/" (SQS: the queue's own address).
    service = SERVICE_NAMES.get(signed.service or "s3", signed.service or "s3")
    return Route(service, signed.region or DEFAULT_REGION, path)


def _by_host(host: str, path: str, signed_region: str | None) -> Route | None:
    service, region, bucket, website = _read_host(host)
    if not service:
        return None
    region = region or (signed_region if service != "s3" else None) or DEFAULT_REGION
    if bucket:
        path = f"/{bucket}{path}"
    return Route(service, region, path, website)


@lru_cache(maxsize=512)
def _read_host(host: str) -> tuple[str, str | None, str | None, bool]:
    found = S3_HOST.match(host)
    if found:
        return "s3", found["region"], found["bucket"], bool(found["website"])
    found = HOST.match(host)
    if not found:
        return "", None, None, False
    return SERVICE_NAMES.get(found["service"], found["service"]), found["region"], None, False


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value
