"""Walk every operation of the course's services with empty, minimal and odd arguments: none is answered with a 5xx."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

import day89.cloud
from day89.cloud.gateway import SERVICES

CONFIG = Config(parameter_validation=False, retries={"total_max_attempts": 1}, s3={"addressing_style": "path"})
BUCKET = "every-operation"
# Values under which something is there, so that a call gets past the first look.
KNOWN = {"Bucket": BUCKET, "Key": "key", "RoleName": "role", "UserName": "user", "AlarmName": "alarm"}
TEXTS = ("", "x" * 300, "ÄÖ<&>", "../..", "%00", "arn:aws:s3:::x", "-1")
NUMBERS = (0, -1, 10**9)
DEEPEST = 4


def value_of(shape: Any, name: str, odd: int | None, depth: int = 0) -> Any:
    """Return a value of a shape: the smallest that is well-formed, or one of the odd ones."""
    if shape.type_name == "structure":
        named = (
            shape.members
            if odd is not None and depth < 2
            else {one: shape.members[one] for one in shape.required_members}
        )
        return {one: value_of(member, one, odd, depth + 1) for one, member in named.items()} if depth < DEEPEST else {}
    if shape.type_name == "list":
        return [value_of(shape.member, name, odd, depth + 1)] if depth < DEEPEST and odd != 0 else []
    if shape.type_name == "map":
        return {"k": value_of(shape.value, name, odd, depth + 1)} if depth < DEEPEST else {}
    if shape.type_name in ("integer", "long", "float", "double"):
        return 1 if odd is None else NUMBERS[odd % len(NUMBERS)]
    if shape.type_name == "boolean":
        return odd is None or bool(odd % 2)
    if shape.type_name == "timestamp":
        return "2026-01-01T00:00:00Z"
    if shape.type_name == "blob":
        return b"" if odd is None else b"\x00\xff<"
    if odd is not None:
        return TEXTS[odd % len(TEXTS)] if name not in KNOWN or odd % 2 else KNOWN[name]
    return KNOWN.get(name) or (shape.enum[0] if getattr(shape, "enum", None) else "name")


def arguments(shape: Any) -> Iterator[dict[str, Any]]:
    yield {}
    yield {} if shape is None else value_of(shape, "", None)
    for odd in range(len(TEXTS)):
        yield {} if shape is None else value_of(shape, "", odd)


def objects(cloud: Any) -> None:
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    s3.put_object(Bucket=BUCKET, Key="key", Body=b"x")


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("service", sorted(SERVICES))
def test_no_operation_breaks(service: str) -> None:
    broken = []
    with day89.cloud.local() as cloud:
        objects(cloud)
        cloud.client("iam").create_user(UserName="user")
        client = cloud.client(service, config=CONFIG)
        model = client.meta.service_model
        for operation in model.operation_names:
            for given in itertools.islice(arguments(model.operation_model(operation).input_shape), 9):
                answer = outcome(client, operation, given)
                if answer is not None:
                    broken.append(f"{operation}({given!r:.120}) -> {answer}")
            if service == "s3" and operation in ("DeleteBucket", "DeleteObject"):
                objects(cloud)
    assert broken == []


def outcome(client: Any, operation: str, given: dict[str, Any]) -> str | None:
    """Return what is wrong with an answer, or None."""
    try:
        client._make_api_call(operation, dict(given))
    except ClientError as error:
        status, told = error.response["ResponseMetadata"].get("HTTPStatusCode", 0), error.response["Error"]
        asked_for = status == 501 and "implies functionality" in told.get("Message", "")
        return None if status < 500 or asked_for else f"{status} {told}"
    except (BotoCoreError, ValueError, TypeError, AttributeError, KeyError):
        return (
            None  # botocore itself cannot write this request, or not read the answer: nothing was sent or all was well
        )
    return None
