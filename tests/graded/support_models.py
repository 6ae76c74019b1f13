"""Help the checks of exercise 5: store models as versions, and tell one model from another."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable
from typing import Any

import joblib

from day89.course.checks.expectations import expect, fail, show
from day89.course.checks.fake_data import Names
from day89.course.checks.models import KINDS, make_model
from day89.course.checks.proxies import NoAnswer


def key_of(name: str, version: int) -> str:
    """Return the key of a version of a model."""
    return f"models/{name}/v{version}/model.joblib"


def model_bytes(kind: str, seed: int) -> bytes:
    """Return one of the course's models as joblib writes it."""
    buffer = io.BytesIO()
    joblib.dump(make_model(kind, seed), buffer)
    return buffer.getvalue()


def store(s3: Any, bucket: str, name: str, version: int, data: bytes, checksum: str | None = "right") -> None:
    """Store bytes as a version, with the right checksum, with another one, or with none."""
    given = hashlib.sha256(data).hexdigest() if checksum == "right" else checksum
    s3.put_object(Bucket=bucket, Key=key_of(name, version), Body=data, Metadata={"sha256": given} if given else {})


def occupy(s3: Any, bucket: str, name: str, versions: Iterable[int]) -> None:
    """Let versions be there, whose content does not matter."""
    for version in versions:
        store(s3, bucket, name, version, f"version {version}".encode())


def expect_same_model(found: Any, kind: str, seed: int, names: Names, called: str, mistake: str) -> None:
    """Fail unless a model predicts as the course's model of that kind and seed does."""
    columns, labels = KINDS[kind]
    rows = [[names.real(-2, 9) for _ in range(columns)] for _ in range(6)]
    wanted = f"the model that was stored, which predicts one of {show(list(labels))} from {columns} columns"
    try:
        predicted = found.predict(rows)
    except NoAnswer as error:
        fail(called=called, expected=wanted, found=f"another one: {error}", mistake=mistake)
    expect(
        predicted == make_model(kind, seed).predict(rows).tolist(),
        called=called,
        expected=wanted,
        found=f"another one: it predicted {show(predicted)}",
        mistake=mistake,
    )
