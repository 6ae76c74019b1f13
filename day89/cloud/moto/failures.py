"""Refusals for calls on which moto breaks: what the client left out, or that the local cloud has no such operation."""

from __future__ import annotations

import logging
from typing import Any

from botocore.validate import ParamValidator
from moto.core.exceptions import ServiceException
from moto.core.utils import get_service_model

from day89.cloud.messages.model import ApiCall, AwsError

__all__ = ["not_here", "refusal_for"]

LOG = logging.getLogger(__name__)
JSON_SERVICES = frozenset({"ssm", "logs", "sqs"})
# How each service says that a request lacks something, and that it is wrong.
MISSING = {"ec2": "MissingParameter", "s3": "InvalidRequest"}
WRONG = {"ec2": "InvalidParameterValue", "s3": "InvalidRequest"}


def refusal_for(call: ApiCall, error: BaseException) -> AwsError:
    """Return the refusal for a call on which moto broke.

    Args:
        call: the call.
        error: what moto raised; it goes to the log of this module, not to the client.

    Returns:
        That a parameter is missing, that one is wrong, or that the local cloud has no such operation.
    """
    if isinstance(error, NotImplementedError):
        return not_here(call.service, call.operation)
    if isinstance(error, ServiceException) and error.code != ServiceException.code:
        return AwsError(str(error.code), str(error.message))
    LOG.debug("%s.%s broke on %r", call.service, call.operation, call.params, exc_info=error)
    other = "ValidationException" if call.service in JSON_SERVICES else "ValidationError"
    missing = _missing(call)
    if missing:
        return AwsError(MISSING.get(call.service, other), f"The request must contain the parameter {missing}")
    message = f"The local cloud cannot do {call.operation} with these parameters: one of them is not valid."
    return AwsError(WRONG.get(call.service, other), message)


def not_here(service: str, operation: str) -> AwsError:
    """Return the refusal for an operation that the local cloud does not have."""
    message = f"The local cloud has no {operation}: the course does not use it."
    if service == "s3":
        return AwsError("MethodNotAllowed", message, 405)
    return AwsError("UnknownOperationException" if service in JSON_SERVICES else "InvalidAction", message)


def _missing(call: ApiCall) -> str | None:
    """Return the first required parameter that a call lacks."""
    shape: Any = get_service_model(call.service).operation_model(call.operation).input_shape
    if shape is None:
        return None
    errors = ParamValidator().validate(call.params, shape)._errors
    return next((more["required_name"] for kind, _, more in errors if kind == "missing required field"), None)
