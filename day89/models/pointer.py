"""Point at the version in use: moved last, moved under a condition, moved back in one step."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from day89.errors import IntegrityError, NotFoundError, not_found
from day89.models.manifest import Manifest, check_name
from day89.models.store import check_complete, save_model
from day89.s3.conditional import put_conditionally

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

__all__ = ["Pointer", "current_version", "promote_model", "publish_model", "read_pointer", "rollback_model"]

HISTORY = 50
TRIES = 8


@dataclass(frozen=True)
class Pointer:
    """The version in use, and those that were before it, the last one last."""

    version: int
    history: tuple[int, ...] = ()
    etag: str = ""


def read_pointer(s3: S3Client, bucket: str, name: str) -> Pointer:
    """Read which version of a model is in use.

    Args:
        s3: S3 client.
        bucket: bucket of the models.
        name: name of the model.

    Raises:
        NotFoundError: no version was ever promoted.
        IntegrityError: the object is not a pointer.
    """
    key = _key(name)
    with not_found(f"s3://{bucket}/{key}"):
        answer = s3.get_object(Bucket=bucket, Key=key)
    try:
        data = json.loads(answer["Body"].read())
        return Pointer(int(data["version"]), tuple(int(old) for old in data["history"]), answer["ETag"])
    except (ValueError, TypeError, KeyError) as error:
        raise IntegrityError(
            f"s3://{bucket}/{key} is not a pointer to a version, delete it and promote one: {error!r}"
        ) from error


def current_version(s3: S3Client, bucket: str, name: str) -> int:
    """Return the number of the version in use.

    Raises:
        NotFoundError: no version was ever promoted.
    """
    return read_pointer(s3, bucket, name).version


def promote_model(s3: S3Client, bucket: str, name: str, version: int) -> Pointer:
    """Put a version into use.

    Every file of it is found, complete, before the pointer moves. Two movers cannot undo each other unseen: the write
    is conditional on what was read.
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html

    Args:
        s3: S3 client.
        bucket: bucket of the models.
        name: name of the model.
        version: number to put into use.

    Returns:
        The new pointer.

    Raises:
        NotFoundError: the version, or a file of it, is not there.
        IntegrityError: a file of it is not the one that was promised.
    """
    check_complete(s3, bucket, name, version)
    return _move(s3, bucket, name, lambda old: _ahead(old, version))


def publish_model(s3: S3Client, model: Any, bucket: str, name: str, **options: Any) -> Manifest:
    """Save a model as a new version and put it into use, the pointer last.

    Args:
        s3: S3 client.
        model: fitted scikit-learn estimator.
        bucket: bucket of the models.
        name: name of the model.
        **options: as for ``save_model``.

    Returns:
        The manifest of the new version.
    """
    manifest = save_model(s3, model, bucket, name, **options)
    promote_model(s3, bucket, name, manifest.version)
    return manifest


def rollback_model(s3: S3Client, bucket: str, name: str) -> Pointer:
    """Put the version before the present one back into use.

    Returns:
        The new pointer.

    Raises:
        NotFoundError: there is none before it, or its files are gone.
    """
    pointer = read_pointer(s3, bucket, name)

    def back(old: Pointer | None) -> Pointer:
        new = _back(old or pointer, name)
        check_complete(s3, bucket, name, new.version)
        return new

    return _move(s3, bucket, name, back)


def _ahead(old: Pointer | None, version: int) -> Pointer:
    if old is None:
        return Pointer(version)
    if old.version == version:
        return old
    return Pointer(version, (*old.history, old.version)[-HISTORY:], old.etag)


def _back(old: Pointer, name: str) -> Pointer:
    if not old.history:
        raise NotFoundError(f"model {name!r} has no version before {old.version} to go back to")
    return Pointer(old.history[-1], old.history[:-1], old.etag)


def _move(s3: S3Client, bucket: str, name: str, change: Any) -> Pointer:
    for _ in range(TRIES):
        old = _read_or_none(s3, bucket, name)
        new = change(old)
        if new == old:
            return new
        body = json.dumps({"version": new.version, "history": new.history}).encode()
        condition: Any = {"IfMatch": old.etag} if old else {"IfNoneMatch": "*"}
        etag = put_conditionally(
            s3, Bucket=bucket, Key=_key(name), Body=body, ContentType="application/json", **condition
        )
        if etag is not None:
            return Pointer(new.version, new.history, etag)
    raise IntegrityError(f"the pointer of model {name!r} was moved by others {TRIES} times in a row: try again")


def _read_or_none(s3: S3Client, bucket: str, name: str) -> Pointer | None:
    try:
        return read_pointer(s3, bucket, name)
    except NotFoundError:
        return None


def _key(name: str) -> str:
    return f"models/{check_name(name)}/current.json"
