"""Save, list and load versions of a model in S3."""

from __future__ import annotations

import base64
import hashlib
import re
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from day89.errors import IntegrityError, InvalidInputError, NotFoundError, not_found
from day89.models.formats import FORMATS, PICKLES, dump_file, load_file
from day89.models.manifest import Manifest, ModelFile, check_name, describe, version_prefix
from day89.s3.conditional import put_conditionally
from day89.s3.streams import open_object

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

__all__ = ["check_complete", "list_versions", "load_model", "read_manifest", "save_model"]

CHUNK_BYTES = 1 << 20
WORKERS = 8
TRIES = 50


def save_model(
    s3: S3Client,
    model: Any,
    bucket: str,
    name: str,
    *,
    formats: Sequence[str] = ("joblib",),
    holdout: Any = None,
) -> Manifest:
    """Store a fitted model as a new version, one above the highest that there is.

    The manifest is put first and only if its key is free, so two savers never get the same number; a version whose
    files never arrived is not listed and not loaded.
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html

    Args:
        s3: S3 client.
        model: fitted scikit-learn estimator.
        bucket: bucket of the models.
        name: name of the model.
        formats: what to store it as: ``joblib``, ``skops``, ``onnx``; the first is loaded unless another is asked for.
        holdout: rows that the model was not trained on, shape (n, n_features): some are kept in the manifest with their
            predictions, and an ONNX form must agree on all of them. Each file is at most 5 GB, the limit of one put.

    Returns:
        The manifest of the new version. It is not yet in use: see ``promote_model``.

    Raises:
        InvalidInputError: unknown format, not a fitted model, an ONNX form that does not agree.
        NotFoundError: no such bucket.
    """
    check_name(name)
    if not formats or set(formats) - set(FORMATS):
        raise InvalidInputError(f"model formats {list(formats)!r}: choose from {', '.join(FORMATS)}")
    facts = describe(model, holdout)
    with tempfile.TemporaryDirectory(prefix="day89-model-") as folder, not_found(f"bucket {bucket!r}"):
        paths = {format: Path(folder, f"model.{format}") for format in formats}
        for format, path in paths.items():
            dump_file(format, model, path, holdout)
        files = tuple(ModelFile(format, "", _sha256(path), path.stat().st_size) for format, path in paths.items())
        manifest = _claim(s3, bucket, Manifest(name=name, version=0, files=files, **facts))
        for file in manifest.files:
            _put(s3, bucket, file, paths[file.format])
    return manifest


def list_versions(s3: S3Client, bucket: str, name: str) -> list[int]:
    """Return the numbers of all complete versions, the oldest first (v10 comes after v9).

    A version is complete when every file that its manifest promises is there.

    Raises:
        NotFoundError: no such bucket.
    """
    there = _files(s3, bucket, name)
    with ThreadPoolExecutor(WORKERS) as pool:
        complete = pool.map(lambda version: _is_complete(s3, bucket, name, version, there), _claimed(there))
        return [version for version, whole in zip(_claimed(there), complete, strict=True) if whole]


def _files(s3: S3Client, bucket: str, name: str) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    with not_found(f"bucket {bucket!r}"):
        for version, file in _objects(s3, bucket, name):
            found.setdefault(version, set()).add(f"{version_prefix(name, version)}{file}")
    return found


def _claimed(there: dict[int, set[str]]) -> list[int]:
    """Return the versions that have a manifest and a file besides."""
    return sorted(
        version
        for version, keys in there.items()
        if len(keys) > 1 and any(key.endswith(f"/v{version}/manifest.json") for key in keys)
    )


def _is_complete(s3: S3Client, bucket: str, name: str, version: int, there: dict[int, set[str]]) -> bool:
    try:
        manifest = read_manifest(s3, bucket, name, version)
    except (NotFoundError, IntegrityError):  # nobody could load it
        return False
    return there[version].issuperset(file.key for file in manifest.files)


def read_manifest(s3: S3Client, bucket: str, name: str, version: int | None = None) -> Manifest:
    """Read what is known of a version.

    Args:
        s3: S3 client.
        bucket: bucket of the models.
        name: name of the model.
        version: number of the version; None takes the newest complete one.

    Raises:
        NotFoundError: no such model or version.
        IntegrityError: the object is not a manifest.
    """
    if version is None:
        return _newest(s3, bucket, name)
    key = version_prefix(name, version) + "manifest.json"
    with not_found(f"version {version} of model {name!r} (s3://{bucket}/{key})"):
        text = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    manifest = Manifest.from_json(text, f"s3://{bucket}/{key}")
    if (manifest.name, manifest.version) != (name, version):
        raise IntegrityError(f"s3://{bucket}/{key} is the manifest of {manifest.name!r}, version {manifest.version}")
    for file in manifest.files:
        if not file.key.startswith(version_prefix(name, version)):
            raise IntegrityError(f"s3://{bucket}/{key} names a file outside its version: {file.key}")
    return manifest


def _newest(s3: S3Client, bucket: str, name: str) -> Manifest:
    """Return the manifest of the newest complete version."""
    there = _files(s3, bucket, name)
    for version in reversed(_claimed(there)):
        if _is_complete(s3, bucket, name, version, there):
            return read_manifest(s3, bucket, name, version)
    raise NotFoundError(f"there is no version of model {name!r} in bucket {bucket!r}")


def load_model(
    s3: S3Client,
    bucket: str,
    name: str,
    version: int | None = None,
    *,
    format: str | None = None,
    sha256: str | None = None,
    any_version: bool = False,
    trusted: Iterable[str] = (),
) -> Any:
    """Load a version; its bytes are checked before anything in them can run.

    A checksum that lies beside the file proves that the file arrived whole, not who wrote it. Where others may write to
    the bucket, give ``sha256`` from your own configuration, or load ONNX, which cannot run code.

    Args:
        s3: S3 client.
        bucket: bucket of the models.
        name: name of the model.
        version: number of the version; None takes the newest complete one.
        format: ``joblib``, ``skops`` or ``onnx``; None takes the one that was saved first.
        sha256: the checksum that the file must have, hexadecimal; None takes the manifest's.
        any_version: load it even where another scikit-learn made it.
        trusted: further types that a skops file may hold.

    Returns:
        Something with ``predict(rows)``: the estimator, or an ``OnnxModel``.

    Raises:
        NotFoundError: no such model, version or format, or its file never arrived.
        IntegrityError: the bytes are not the promised ones.
        VersionMismatchError: another scikit-learn made it.
    """
    manifest = read_manifest(s3, bucket, name, version)
    file = manifest.file(format)
    if file.format in PICKLES and not any_version:
        manifest.check_sklearn()
    with _fetched(s3, bucket, file, sha256 or file.sha256) as path:
        return load_file(file.format, path, trusted=trusted)


def check_complete(s3: S3Client, bucket: str, name: str, version: int) -> Manifest:
    """Return a version's manifest after finding each of its files in S3, with the promised size and checksum.

    Raises:
        NotFoundError: the version, or a file of it, is not there.
        IntegrityError: a file of it is not the one that was promised.
    """
    manifest = read_manifest(s3, bucket, name, version)
    for file in manifest.files:
        with not_found(f"s3://{bucket}/{file.key}"):
            head = s3.head_object(Bucket=bucket, Key=file.key)
        if (head["ContentLength"], head["Metadata"].get("sha256")) != (file.size, file.sha256):
            raise IntegrityError(f"s3://{bucket}/{file.key} is not the file that its manifest promises")
    return manifest


def _claim(s3: S3Client, bucket: str, draft: Manifest) -> Manifest:
    for _ in range(TRIES):
        version = 1 + max((number for number, _ in _objects(s3, bucket, draft.name)), default=0)
        prefix = version_prefix(draft.name, version)
        files = tuple(replace(file, key=f"{prefix}model.{file.format}") for file in draft.files)
        manifest = replace(draft, version=version, files=files)
        etag = put_conditionally(
            s3,
            Bucket=bucket,
            Key=prefix + "manifest.json",
            Body=manifest.to_json(),
            ContentType="application/json",
            IfNoneMatch="*",
        )
        if etag is not None:
            return manifest
    raise IntegrityError(f"{TRIES} numbers for model {draft.name!r} were each taken by another saver: try again")


def _put(s3: S3Client, bucket: str, file: ModelFile, path: Path) -> None:
    with path.open("rb") as body:
        etag = put_conditionally(
            s3,
            Bucket=bucket,
            Key=file.key,
            Body=body,
            IfNoneMatch="*",
            ContentType="application/octet-stream",
            Metadata={"sha256": file.sha256, "format": file.format},
            # S3 refuses bytes that do not match: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html
            ChecksumSHA256=base64.b64encode(bytes.fromhex(file.sha256)).decode(),
        )
    if etag is None:
        raise IntegrityError(f"s3://{bucket}/{file.key} was written by somebody else: save the model again")


@contextmanager
def _fetched(s3: S3Client, bucket: str, file: ModelFile, expected: str) -> Iterator[Path]:
    if expected != file.sha256:
        raise IntegrityError(f"s3://{bucket}/{file.key}: expected sha256 {expected}, the manifest says {file.sha256}")
    with tempfile.TemporaryDirectory(prefix="day89-model-") as folder:
        path = Path(folder, f"model.{file.format}")
        with open_object(s3, bucket, file.key) as source, path.open("wb") as target:
            shutil.copyfileobj(source, target, CHUNK_BYTES)
        found = _sha256(path)
        if found != expected:
            raise IntegrityError(f"s3://{bucket}/{file.key}: expected sha256 {expected}, its bytes have {found}")
        yield path


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _objects(s3: S3Client, bucket: str, name: str) -> Iterator[tuple[int, str]]:
    """Yield (version, file name) for every object of a model, also those that other tools wrote."""
    prefix = f"models/{check_name(name)}/v"
    pattern = re.compile(re.escape(prefix) + r"([1-9][0-9]*)/(.+)", re.DOTALL)
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
        for entry in page.get("Contents", []):
            if found := pattern.fullmatch(entry["Key"]):
                yield int(found[1]), found[2]
