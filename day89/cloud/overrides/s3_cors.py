"""Answer what browsers ask before they let a page read a bucket. https://docs.aws.amazon.com/AmazonS3/latest/userguide/cors.html"""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import Any

from day89.cloud.messages.errors import Answer, render
from day89.cloud.messages.model import AwsError
from day89.cloud.messages.moto_request import Headers
from day89.cloud.moto.state import CloudState

__all__ = ["cors_headers", "preflight"]

NOT_ALLOWED = (
    "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / "
    "Access-Control-Request-Method or Access-Control-Request-Headers are not whitelisted by the resource's CORS spec."
)


def preflight(state: CloudState, path: str, headers: Headers) -> Answer:
    """Answer an OPTIONS request, which nobody signs.

    Args:
        state: the cloud's state.
        path: bucket and key.
        headers: the request's headers.

    Returns:
        What the bucket's rules allow, or a refusal.
    """
    name, _, key = path.lstrip("/").partition("/")
    origin, method = headers.get("origin"), headers.get("access-control-request-method")
    if not origin:
        refusal = AwsError("BadRequest", "Insufficient information. Origin request header needed.", 400)
        return render(refusal, "rest-xml")
    bucket = state.bucket(name)
    if bucket is None or not bucket.cors or not method:
        why = "Bucket not found" if bucket is None else "CORS is not enabled for this bucket."
        return _forbidden(f"CORSResponse: {why}", method, "BUCKET")
    asked = [one.strip() for one in headers.get("access-control-request-headers", "").split(",") if one.strip()]
    found = _matching(bucket.cors, origin, method, asked)
    if found is None:
        return _forbidden(NOT_ALLOWED, method, "OBJECT" if key else "BUCKET")
    more = {"Access-Control-Allow-Headers": ", ".join(asked).lower()} if asked else {}
    return 200, {**_allowed(found, origin), **more}, b""


def _forbidden(message: str, method: str | None, kind: str) -> Answer:
    fields = {"Method": method or "OPTIONS", "ResourceType": kind}
    return render(AwsError("AccessForbidden", message, 403, fields), "rest-xml")


def cors_headers(state: CloudState, bucket: str, method: str, headers: Headers) -> dict[str, str]:
    """Return the headers that let a browser's page read an answer; none where no rule of the bucket fits."""
    origin = headers.get("origin")
    found = state.bucket(bucket) if origin else None
    rule = _matching(found.cors, origin, method, []) if found is not None and found.cors else None
    return _allowed(rule, str(origin)) if rule is not None else {}


def _matching(rules: list[Any], origin: str, method: str, asked: list[str]) -> Any:
    for rule in rules:
        if not any(_fits(pattern, origin) for pattern in _listed(rule.allowed_origins)):
            continue
        if method not in _listed(rule.allowed_methods):
            continue
        allowed = [one.lower() for one in _listed(rule.allowed_headers)]
        if all(any(_fits(pattern, one.lower()) for pattern in allowed) for one in asked):
            return rule
    return None


def _fits(pattern: str, text: str) -> bool:
    # Only "*" stands for anything; fnmatch's expression never goes back over one that was matched.
    return fnmatchcase(text, re.sub(r"([?[])", r"[\1]", pattern))


def _listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value or [])


def _allowed(rule: Any, origin: str) -> dict[str, str]:
    everybody = "*" in _listed(rule.allowed_origins)
    told = {
        "Access-Control-Allow-Origin": "*" if everybody else origin,
        "Access-Control-Allow-Methods": ", ".join(_listed(rule.allowed_methods)),
        "Vary": "Origin, Access-Control-Request-Headers, Access-Control-Request-Method",
    }
    if not everybody:
        told["Access-Control-Allow-Credentials"] = "true"
    if rule.exposed_headers:
        told["Access-Control-Expose-Headers"] = ", ".join(_listed(rule.exposed_headers))
    if rule.max_age_seconds is not None:
        told["Access-Control-Max-Age"] = str(rule.max_age_seconds)
    return told
