"""Authenticate a call: find its principal, and refuse it where the signature does not match.

Every call is checked, also those of the cloud's own credentials: a check costs less than a tenth of a millisecond.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import time
from datetime import UTC, datetime
from functools import lru_cache
from urllib.parse import parse_qsl, urlsplit

from day89.cloud.auth.keys import Key, find_key
from day89.cloud.auth.sigv4 import EMPTY, Claim, read_claim, signature_v2, signature_v4
from day89.cloud.clients import regions
from day89.cloud.messages.model import ADMIN, DEFAULT_REGION, ApiCall, AwsError
from day89.cloud.messages.routing import find_route, read_signature
from day89.cloud.moto.state import CloudState

__all__ = ["MOST_SKEW_SECONDS", "judge"]

MOST_SKEW_SECONDS = 15 * 60
MOST_PRESIGNED_SECONDS = 7 * 24 * 3600
HASH = re.compile(r"[0-9a-f]{64}")
UNKNOWN = {
    "s3": ("InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records."),
    "ec2": ("AuthFailure", "AWS was not able to validate the provided access credentials"),
}
PASTE = (
    "This is the local cloud of day89, which knows only its own keys. Paste into your terminal: "
    f"export AWS_ACCESS_KEY_ID={ADMIN.access_key} AWS_SECRET_ACCESS_KEY={ADMIN.secret_key}"
)
MISMATCH = (
    "The request signature we calculated does not match the signature you provided. "
    "Check your AWS Secret Access Key and signing method."
)
S3_MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your key and signing method."
)
V2_PARAMETERS = ("Signature", "Expires", "AWSAccessKeyId")
V4_PARAMETERS = ("X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature", "X-Amz-Date", "X-Amz-SignedHeaders")
# Headers that need no signature although they are Amazon's.
UNSIGNED = frozenset({"x-amz-content-sha256"})


def judge(call: ApiCall, state: CloudState) -> AwsError | None:
    """Check a call's signature and put the caller's ARN into it.

    Args:
        call: the call, as received.
        state: the cloud, which knows its keys.

    Returns:
        AWS's refusal, or None. A call without a signature passes here, as the anonymous caller: policies decide on it.
        https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
    """
    refusal = _query(call) if call.service == "s3" else None
    if refusal is not None:
        return refusal
    if call.access_key is None:
        call.principal = "anonymous"
        return None if call.service == "s3" or call.operation.startswith("AssumeRoleWith") else _missing(call)
    key = find_key(state, call.access_key)
    if key is None or not key.active:
        return _unknown(call)
    call.principal = key.principal.arn
    refusal = _session(call, key)
    return refusal or _signature(call, key)


def _query(call: ApiCall) -> AwsError | None:
    """Refuse a presigned URL that lacks one of its parts: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html"""
    query = urlsplit(call.url).query
    if "Signature" not in query and "AWSAccessKeyId" not in query and "X-Amz-" not in query:
        return None
    values = dict(parse_qsl(query, keep_blank_values=True))
    if any(name in values for name in (*V4_PARAMETERS, "X-Amz-Expires")):
        if not all(name in values for name in (*V4_PARAMETERS, "X-Amz-Expires")):
            message = (
                "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, "
                "X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters."
            )
            return AwsError("AuthorizationQueryParametersError", message)
        if values["X-Amz-Credential"].count("/") != 4:
            message = (
                "Error parsing the X-Amz-Credential parameter; the Credential is mal-formed; expecting "
                '"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".'
            )
            return AwsError("AuthorizationQueryParametersError", message)
    elif 0 < sum(name in values for name in V2_PARAMETERS) < len(V2_PARAMETERS):
        message = "Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters"
        return AwsError("AccessDenied", message, 403)
    return None


def _missing(call: ApiCall) -> AwsError:
    code, message = "MissingAuthenticationToken", "Request is missing Authentication Token"
    return AwsError("AuthFailure", message, 401) if call.service == "ec2" else AwsError(code, message, 403)


def _unknown(call: ApiCall) -> AwsError:
    if call.service in UNKNOWN:
        code, message = UNKNOWN[call.service]
        fields = {"AWSAccessKeyId": call.access_key or ""} if call.service == "s3" else {}
        message = f"{message.rstrip('.')}. {PASTE}"
        return AwsError(code, message, 403 if call.service == "s3" else 401, fields)
    return AwsError("InvalidClientTokenId", f"The security token included in the request is invalid. {PASTE}", 403)


def _session(call: ApiCall, key: Key) -> AwsError | None:
    """Check the session token: temporary credentials need theirs, lasting ones have none."""
    if key.token != call.session_token:
        code = {"s3": "InvalidToken", "ec2": "AuthFailure"}.get(call.service, "InvalidClientTokenId")
        return AwsError(
            code, "The provided token is malformed or otherwise invalid.", 400 if call.service == "s3" else 403
        )
    if key.expired:
        code = {"s3": "ExpiredToken", "ec2": "RequestExpired"}.get(call.service, "ExpiredToken")
        return AwsError(code, "The provided token has expired.", 400 if call.service in {"s3", "ec2"} else 403)
    return None


def _signature(call: ApiCall, key: Key) -> AwsError | None:
    query = urlsplit(call.url).query
    claim = read_claim(call.headers, query)
    if claim is not None:
        return _expired(call, claim) or _wrong_region(call, claim) or _version_4(call, key, claim)
    if call.service == "s3" and call.presigned:
        return _version_2(call, key, dict(parse_qsl(query)))
    message = "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256."
    return AwsError("InvalidRequest", message, 400)


def _expired(call: ApiCall, claim: Claim) -> AwsError | None:
    try:
        moment = _seconds(claim.moment)
    except ValueError:
        return AwsError("AccessDenied", "AWS authentication requires a valid Date or x-amz-date header", 403)
    age = time.time() - moment
    if claim.expires is not None:
        if not 1 <= claim.expires <= MOST_PRESIGNED_SECONDS:
            message = "X-Amz-Expires must be between 1 and 604800 seconds (a week)"
            return AwsError("AuthorizationQueryParametersError", message, 400)
        return _request_expired(moment + claim.expires, claim.expires) if age > claim.expires else None
    if abs(age) <= MOST_SKEW_SECONDS:
        return None
    if call.service == "s3":
        message = "The difference between the request time and the current time is too large."
        return AwsError("RequestTimeTooSkewed", message, 403)
    return AwsError("RequestExpired" if call.service == "ec2" else "SignatureDoesNotMatch", "Signature expired", 403)


@lru_cache(maxsize=256)
def _seconds(moment: str) -> float:
    return datetime.strptime(moment, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()


def _request_expired(until: float, lasted: int | None = None) -> AwsError:
    when = datetime.fromtimestamp(until, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    more = {} if lasted is None else {"X-Amz-Expires": str(lasted)}
    return AwsError("AccessDenied", "Request has expired", 403, {**more, "Expires": when, "ServerTime": now})


def _version_4(call: ApiCall, key: Key, claim: Claim) -> AwsError | None:
    payload = _payload(call, claim)
    if payload is None:
        message = "The provided 'x-amz-content-sha256' header does not match what was computed."
        return AwsError("XAmzContentSHA256Mismatch", message, 400)
    plain = call.host.removesuffix(":443").removesuffix(":80")
    for host in (plain,) if plain == call.host else (call.host, plain):
        wanted = signature_v4(claim, key.secret, call.method, call.url, call.headers, host, payload)
        if hmac.compare_digest(wanted, claim.signature):
            return _unsigned(call, claim) if call.service == "s3" else None
    return _mismatch(call)


def _unsigned(call: ApiCall, claim: Claim) -> AwsError | None:
    """Refuse headers of Amazon's that somebody added after the request was signed."""
    named = {name.lower() for name in call.headers if name.lower().startswith("x-amz-")}
    added = sorted(named - set(claim.signed) - UNSIGNED)
    if not added:
        return None
    message = "There were headers present in the request which were not signed"
    return AwsError("AccessDenied", message, 403, {"HeadersNotSigned": ", ".join(added)})


def _wrong_region(call: ApiCall, claim: Claim) -> AwsError | None:
    """Refuse a signature for a region that does not exist; S3 says for which one it should be."""
    region = claim.scope.split("/")[1]
    if call.service != "s3" or region in regions():
        return None
    message = f"The authorization header is malformed; the region '{region}' is wrong; expecting '{DEFAULT_REGION}'"
    return AwsError("AuthorizationHeaderMalformed", message, 400, {"Region": DEFAULT_REGION})


def _payload(call: ApiCall, claim: Claim) -> str | None:
    """Return the payload as it is signed: a hash, or S3's words in its place; None where the body is not that hash."""
    said = call.headers.get("X-Amz-Content-SHA256")
    if call.service != "s3":
        return hashlib.sha256(call.body).hexdigest() if call.body else EMPTY
    if claim.expires is not None:
        return said or "UNSIGNED-PAYLOAD"
    if said and HASH.fullmatch(said) and hashlib.sha256(call.body).hexdigest() != said:
        return None
    return said or EMPTY


def _version_2(call: ApiCall, key: Key, values: dict[str, str]) -> AwsError | None:
    expires = values.get("Expires", "0")
    parts = urlsplit(call.url)
    route = find_route(call.url, read_signature(call.headers, parts.query))
    path = route.path if route else parts.path
    wanted = signature_v2(key.secret, call.method, path, parts.query, call.headers, expires)
    if not hmac.compare_digest(wanted, values.get("Signature", "")):
        return _mismatch(call)
    return _request_expired(float(expires)) if not expires.isdigit() or time.time() > int(expires) else None


def _mismatch(call: ApiCall) -> AwsError:
    if call.service == "ec2":
        return AwsError("AuthFailure", UNKNOWN["ec2"][1], 401)
    if call.service == "s3":
        return AwsError("SignatureDoesNotMatch", S3_MISMATCH, 403, {"AWSAccessKeyId": call.access_key or ""})
    return AwsError("SignatureDoesNotMatch", MISMATCH, 403)
