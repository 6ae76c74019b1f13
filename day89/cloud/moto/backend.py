"""Access moto, the state behind the gateway. Everything that depends on moto's internals stands here."""

from __future__ import annotations

import importlib
import logging
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any
from xml.etree.ElementTree import ParseError

from moto.backends import get_backend
from moto.core.base_backend import BackendDict
from moto.core.model_instances import reset_model_data
from moto.core.parse import PROTOCOL_PARSERS, RequestParserError
from moto.core.request import Request, determine_request_protocol
from moto.core.routing import NotFound, get_service_router
from moto.core.utils import get_service_model
from moto.moto_api._internal import mock_random
from moto.s3.models import FakeDeleteMarker, s3_backends
from moto.s3.responses import S3Response
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException

from day89.cloud.messages.errors import Answer, render
from day89.cloud.messages.model import ApiCall, AwsError
from day89.cloud.moto.failures import not_here, refusal_for

__all__ = [
    "GLOBAL_SERVICES",
    "NotFound",
    "Request",
    "active_backends",
    "ask_moto",
    "backend_of",
    "bucket_owners",
    "is_marker",
    "make_request",
    "protocol_of",
    "reset",
    "understand",
]

# moto keeps one state a partition for these, not one a region.
LOG = logging.getLogger(__name__)
NOT_READ = "The XML you provided was not well-formed or did not validate against our published schema"
# Query parameters of S3 that are numbers.
NUMBERS = ("max-keys", "max-parts", "max-uploads", "max-buckets", "part-number-marker", "partNumber")
NUMBER = re.compile(r"-?\d{1,10}")
GLOBAL_SERVICES = frozenset({"s3", "iam", "sts"})
ENDPOINT_PREFIXES = {"cloudwatch": "monitoring"}
bucket_owners: Mapping[str, tuple[str, str]] = s3_backends.bucket_accounts  # moto's: bucket to partition and account


def backend_of(service: str, account: str, region: str) -> Any:
    """Return moto's state of one service, in one account and region.

    Args:
        service: boto3's name of the service.
        account: 12 digits.
        region: AWS region; without meaning for S3, IAM and STS.

    Returns:
        The moto backend, such as ``moto.ec2.models.EC2Backend``.
    """
    return get_backend(service)[account]["aws" if service in GLOBAL_SERVICES else region]


def active_backends(service: str) -> list[Any]:
    """Return moto's state of a service in every account and region that was used."""
    found = (dict.values(regions) for regions in list(dict.values(get_backend(service))))
    return [one for regions in found for one in list(regions)]


def reset(seed: int | None = None) -> None:
    """Forget all state, quickly: only what was in use is dropped, nothing is built again.

    Args:
        seed: makes the ids that moto draws repeatable; None leaves them random.
    """
    for service in list(BackendDict._instances):
        for account in list(service.values()):
            for backend in list(account.values()) if service is s3_backends else ():
                backend.reset()  # objects are temporary files, which warn when nobody closes them
            dict.clear(account)
    s3_backends.bucket_accounts.clear()
    reset_model_data()
    mock_random.seed(seed)


def is_marker(version: Any) -> bool:
    """Return whether a version of an object is a delete marker."""
    return isinstance(version, FakeDeleteMarker)


def make_request(method: str, url: str, headers: Mapping[str, str], body: bytes) -> Request:
    """Build moto's request from the parts of an HTTP message."""
    return Request.from_primitives(method, url, headers, body)


def protocol_of(service: str, content_type: str | None) -> str:
    """Return the protocol that a client speaks with a service: ``rest-xml``, ``ec2``, ``query``, ``json``, ..."""
    return str(determine_request_protocol(get_service_model(service), content_type))


def understand(service: str, request: Request, body: bytes) -> tuple[str, dict[str, Any]] | AwsError:
    """Read which operation a request asks for, and its parameters under the names of the API reference.

    Args:
        service: boto3's name of the service.
        request: the request.
        body: its content.

    Returns:
        Operation name and parameters, or why there are none.
    """
    try:
        operation, uri_params = get_service_router(service).match(request)
    except (NotFound, NotImplementedError):
        return not_here(service, f"such operation: {request.method} {request.path}")
    parser = PROTOCOL_PARSERS[protocol_of(service, request.content_type)](operation)
    values = request.args if service == "s3" else request.values
    if service == "s3" and values:
        values = MultiDict((name, value) for name, value in values.items(multi=True) if value or name not in NUMBERS)
        wrong = next((name for name in NUMBERS if not NUMBER.fullmatch(values.get(name, "0"))), None)
        if wrong is not None:
            message = f"Provided {wrong} not an integer or within integer range"
            fields = {"ArgumentName": wrong, "ArgumentValue": values[wrong]}
            return AwsError("InvalidArgument", message, 400, fields)
    parts = {
        "method": request.method,
        # A PUT to S3 may say that it is a form (urllib does so unasked); its body is an object all the same.
        "values": values,
        "headers": request.headers,
        "body": body,
        "url_path": request.path,
        "url_params": uri_params,
    }
    try:
        params = parser.parse(parts)
        # WSGI writes header names in capitals; S3 keeps the names of metadata in lower case.
        metadata = {name.lower(): value for name, value in (params.pop("Metadata", None) or {}).items()}
        return str(operation.name), {**params, "Metadata": metadata} if metadata else params
    except (RequestParserError, ParseError, ValueError, KeyError, TypeError, AttributeError) as error:
        LOG.debug("%s.%s does not read", service, operation.name, exc_info=error)
        return AwsError("MalformedXML", NOT_READ) if service == "s3" else AwsError("MalformedInput", NOT_READ)


def ask_moto(call: ApiCall, request: Request, path: str, protocol: str) -> Answer:
    """Let moto do a call.

    Args:
        call: the call.
        request: the request, at an address of AWS, S3 buckets in its path.
        path: path of the URL, which for S3 says whether a bucket or an object is meant.
        protocol: in which to report what moto cannot do.

    Returns:
        Status, headers and body.
    """
    handler = _s3_handler(path) if call.service == "s3" else _handler(call.service)
    try:
        status, headers, body = handler(request, request.raw_url, request.headers)
    except HTTPException as error:
        status, headers, body = error.code or 500, dict(error.get_headers()), error.get_body()
    except Exception as error:  # whatever breaks inside moto must not look like a fault of AWS's
        return render(refusal_for(call, error), protocol, request.method)
    if int(status) >= 500:
        return render(refusal_for(call, RuntimeError(body)), protocol, request.method)
    return int(status), dict(headers), body.encode("utf-8") if isinstance(body, str) else bytes(body)


def _s3_handler(path: str) -> Callable[..., Any]:
    _, _, key = path.lstrip("/").partition("/") if not path.startswith("//") else ("", "", "")
    handler: Callable[..., Any] = S3Response.key_dispatch if key else S3Response.bucket_dispatch
    return handler


@cache
def _handler(service: str) -> Callable[..., Any]:
    paths = importlib.import_module(f"moto.{service}.urls").url_paths
    handler: Callable[..., Any] = next(iter(paths.values()))
    return handler
