"""Move files with day89 and with other Python clients, each in its own quickest documented way."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

ACCESS, SECRET, REGION, BUCKET = "day89key", "day89secret00", "us-east-1", "bench"
PIECE = 1 << 20
THREADS = 8  # as many as day89's sync uses
Move = Callable[[str, Path], object]


class Mover(NamedTuple):
    """Move one file, or all files of a folder: called with a key and a path, or with a prefix and a folder."""

    up: Move
    down: Move
    up_many: Move
    down_many: Move


def pooled(up: Move, down: Move, names: list[str]) -> Mover:
    """Move many files by moving one at a time in each of some threads."""

    def every(move: Move, prefix: str, folder: Path) -> None:
        with ThreadPoolExecutor(THREADS) as pool:
            list(pool.map(lambda name: move(f"{prefix}/{name}", folder / name), names))

    return Mover(up, down, partial(every, up), partial(every, down))


def client(endpoint: str) -> Any:
    """Make the S3 client of boto3 that day89, boto3 and smart_open use here."""
    import boto3  # in the measured process only, like every client below

    return boto3.client("s3", REGION, endpoint_url=endpoint, aws_access_key_id=ACCESS, aws_secret_access_key=SECRET)


def day89(endpoint: str, names: list[str]) -> Mover:
    """Move with this package."""
    from day89.s3 import download_file, sync_down, sync_up, upload_file

    s3 = client(endpoint)
    return Mover(
        lambda key, path: upload_file(s3, path, BUCKET, key),
        lambda key, path: download_file(s3, BUCKET, key, path),
        lambda prefix, folder: sync_up(s3, folder, BUCKET, prefix),
        lambda prefix, folder: sync_down(s3, BUCKET, prefix, folder),
    )


def day89_obstore(endpoint: str, names: list[str]) -> Mover:
    """Move with this package, folders through obstore."""
    from day89.s3 import sync_down, sync_up

    s3 = client(endpoint)
    return day89(endpoint, names)._replace(
        up_many=lambda prefix, folder: sync_up(s3, folder, BUCKET, prefix, client="obstore"),
        down_many=lambda prefix, folder: sync_down(s3, BUCKET, prefix, folder, client="obstore"),
    )


def boto3(endpoint: str, names: list[str]) -> Mover:
    """Move with boto3's own managed transfers and their defaults."""
    s3 = client(endpoint)
    return pooled(
        lambda key, path: s3.upload_file(str(path), BUCKET, key),
        lambda key, path: s3.download_file(BUCKET, key, str(path)),
        names,
    )


def boto3_calls(endpoint: str, names: list[str]) -> Mover:
    """Move with boto3's bare calls: the limit for whatever is built on its client."""
    s3 = client(endpoint)

    def up(key: str, path: Path) -> None:
        with path.open("rb") as file:
            s3.put_object(Bucket=BUCKET, Key=key, Body=file)

    def down(key: str, path: Path) -> None:
        body = s3.get_object(Bucket=BUCKET, Key=key)["Body"]
        with path.open("wb") as file:
            while piece := body.read(PIECE):
                file.write(piece)

    return pooled(up, down, names)


def obstore(endpoint: str, names: list[str]) -> Mover:
    """Move with obstore (Rust object_store)."""
    import obstore as library
    from obstore.store import S3Store

    store = S3Store(
        BUCKET,
        endpoint=endpoint,
        region=REGION,
        access_key_id=ACCESS,
        secret_access_key=SECRET,
        client_options={"allow_http": True},
        virtual_hosted_style_request=False,
    )

    def down(key: str, path: Path) -> None:
        with path.open("wb") as file:
            for piece in library.get(store, key).stream(min_chunk_size=PIECE):
                file.write(piece)

    return pooled(lambda key, path: library.put(store, key, path), down, names)


def opendal(endpoint: str, names: list[str]) -> Mover:
    """Move with opendal (Rust)."""
    import opendal as library

    store = library.Operator(
        "s3", bucket=BUCKET, endpoint=endpoint, region=REGION, access_key_id=ACCESS, secret_access_key=SECRET
    )

    def up(key: str, path: Path) -> None:
        with path.open("rb") as file, store.open(key, "wb") as out:
            while piece := file.read(8 * PIECE):
                out.write(piece)

    def down(key: str, path: Path) -> None:
        with store.open(key, "rb") as body, path.open("wb") as file:
            while piece := body.read(PIECE):
                file.write(piece)

    return pooled(up, down, names)


def minio(endpoint: str, names: list[str]) -> Mover:
    """Move with minio-py."""
    from minio import Minio

    store = Minio(endpoint.removeprefix("http://"), ACCESS, SECRET, secure=False, region=REGION)
    return pooled(
        lambda key, path: store.fput_object(BUCKET, key, str(path)),
        lambda key, path: store.fget_object(BUCKET, key, str(path)),
        names,
    )


def smart_open(endpoint: str, names: list[str]) -> Mover:
    """Move with smart_open."""
    from smart_open import open as remote

    options = {"client": client(endpoint)}

    def up(key: str, path: Path) -> None:
        with path.open("rb") as file, remote(f"s3://{BUCKET}/{key}", "wb", transport_params=options) as out:
            shutil.copyfileobj(file, out, PIECE)

    def down(key: str, path: Path) -> None:
        with remote(f"s3://{BUCKET}/{key}", "rb", transport_params=options) as body, path.open("wb") as file:
            shutil.copyfileobj(body, file, PIECE)

    return pooled(up, down, names)


MOVERS: dict[str, Callable[[str, list[str]], Mover]] = {
    "day89": day89,
    "day89-obstore": day89_obstore,
    "obstore": obstore,
    "opendal": opendal,
    "minio": minio,
    "smart_open": smart_open,
    "boto3": boto3,
    "boto3-calls": boto3_calls,
}
