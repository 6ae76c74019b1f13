"""Let a submission call functions of the course that take the place of its own: they run on the grader's side.

The submission gets what they return and nothing of how they do it. Local files never cross by name, as the grader
could read what the submission may not: their bytes do.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.client import BaseClient

from day89.course.boundary.codec import decode, decode_error, encode, encode_error
from day89.course.checks.course_functions import course_function
from day89.course.checks.virtual_clock import CLOCK
from day89.processes.channel import Wire

__all__ = ["answer_carried", "client_facts", "stand_in"]

SERVICES = ("s3", "ec2", "iam")


@dataclass(frozen=True)
class LocalFile:
    """The argument ``path`` of a function: which one it is, and whether the file's bytes go in or come out."""

    index: int
    goes_in: bool


FILES = {"upload_file": LocalFile(1, True), "download_file": LocalFile(3, False)}


def client_facts(value: Any) -> dict[str, Any] | None:
    """Return what stands for a boto3 client on the other side; None for anything else."""
    if not isinstance(value, BaseClient):
        return None
    keys = value._request_signer._credentials  # type: ignore[attr-defined]
    secrets = [keys.access_key, keys.secret_key, keys.token] if keys else [None, None, None]
    service, region = value.meta.service_model.service_name, value.meta.region_name
    return {"$": "client", "service": service, "region": region, "credentials": secrets}


def stand_in(function: str, calls: Wire) -> Callable[..., Any]:
    """Return, on the submission's side, what has the grader run a function of the course.

    Args:
        function: its name.
        calls: the wire for questions, on which the grader waits for an answer meanwhile.
    """
    place = FILES.get(function)

    def call(*arguments: Any, **keywords: Any) -> Any:
        values, path = list(arguments), None
        if place is not None:
            path = Path(values[place.index] if len(values) > place.index else keywords.pop("path"))
            values[place.index :] = [*values[place.index :][1:]]
        sent = path.read_bytes() if path is not None and place is not None and place.goes_in else None
        named = {name: encode(one, client_facts) for name, one in keywords.items()}
        parts = {"arguments": [encode(one, client_facts) for one in values], "keywords": named, "file": encode(sent)}
        with CLOCK.aside():
            calls.send({"carried": function, **parts})
            answer, _ = calls.receive()
        if "error" in answer:
            raise decode_error(answer["error"])
        value = decode(answer["value"])
        return value if path is None or sent is not None else _placed(path, value)

    return call


def _placed(path: Path, data: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.part")
    beside.write_bytes(data)
    beside.replace(path)
    return path


def answer_carried(message: dict[str, Any], allowed: Collection[str]) -> dict[str, Any]:
    """Run a function of the course on the grader's side, and return what goes back.

    Args:
        message: what the submission sent; it may be hostile.
        allowed: the functions that take the place of the submission's in this check.

    Raises:
        ValueError: it asks for another function, or its arguments are none.
        KeyError: its parts are missing.
    """
    function = str(message["carried"])
    if function not in allowed:
        raise ValueError(f"{function} does not take the place of the submission's")
    arguments = [decode(one, _client) for one in message["arguments"]]
    keywords = {str(name): decode(one, _client) for name, one in message["keywords"].items()}
    try:
        return {"value": encode(_run(function, arguments, keywords, decode(message["file"])))}
    except (Exception, KeyboardInterrupt) as error:  # what the course's function raises, it raises for the submission
        return {"error": encode_error(error)}


def _run(function: str, arguments: list[Any], keywords: dict[str, Any], sent: Any) -> Any:
    if (place := FILES.get(function)) is None:
        return course_function(function)(*arguments, **keywords)
    with tempfile.TemporaryDirectory(prefix="day89-carried-") as folder:
        path = Path(folder, "file")
        if place.goes_in:
            path.write_bytes(sent)
        arguments.insert(place.index, path)
        value = course_function(function)(*arguments, **keywords)
        return value if place.goes_in else path.read_bytes()


def _client(data: dict[str, Any]) -> Any:
    if data.get("$") != "client":
        return None
    if data["service"] not in SERVICES:
        raise ValueError(f"{data['service']} is no service of the course")
    access_key, secret_key, token = (one if one is None else str(one) for one in data["credentials"])
    return boto3.client(
        data["service"],
        region_name=str(data["region"]),
        aws_access_key_id=access_key,
        aws_secret_access_key=secret_key,
        aws_session_token=token,
    )
