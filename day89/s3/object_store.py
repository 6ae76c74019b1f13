"""Move plain objects with obstore, a client in Rust: many small files cost it a fifth of what boto3 takes.

It is asked for by argument, gets endpoint and credentials of the boto3 client, and does only what it does as boto3
does: where a key, a storage class or an answer is out of the ordinary, the file goes through boto3.

https://developmentseed.org/obstore/
"""

from __future__ import annotations

import mimetypes
import os
import re
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from day89.clients import answered_here, is_loopback
from day89.errors import InvalidInputError
from day89.s3.transfer import PART_BYTES, SINGLE_BYTES_MAX, replacement

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

__all__ = ["CLIENTS", "ObjectStore", "open_store"]

CLIENTS = ("boto3", "obstore")
# obstore writes some characters of a key otherwise than S3 has them.
PLAIN_KEY = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*(/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*")
CREDENTIAL_SECONDS = 300
PIECE_BYTES = 1 << 20


def open_store(s3: S3Client, bucket: str, client: str) -> ObjectStore | None:
    """Return the store of a bucket, or None where boto3 is to do it all.

    Raises:
        InvalidInputError: another client, or obstore is not installed, or it would pass by the local cloud.
    """
    if client not in CLIENTS:
        raise InvalidInputError(f"client {client!r} is not one of {', '.join(CLIENTS)}")
    if client == "boto3":
        return None
    try:
        from obstore.store import S3Store  # an extra
    except ImportError as error:
        raise InvalidInputError("client='obstore' needs `pip install 'day89[obstore]'`") from error
    endpoint, here = s3.meta.endpoint_url, is_loopback(s3.meta.endpoint_url)
    if answered_here() and not here:
        raise InvalidInputError("the local cloud answers boto3 only: make the client for the endpoint of cloud.serve()")
    credentials = s3._get_credentials()  # type: ignore[attr-defined]  # as boto3 itself does for its client in C
    if credentials is None or (here and urllib.request.getproxies()):  # it would ask a proxy for loopback too
        return None

    def fresh() -> Any:
        keys = credentials.get_frozen_credentials()
        until = datetime.now(UTC) + timedelta(seconds=CREDENTIAL_SECONDS)
        return {
            "access_key_id": keys.access_key,
            "secret_access_key": keys.secret_key,
            "token": keys.token,
            "expires_at": until,
        }

    store = S3Store(
        bucket,
        endpoint=endpoint,
        region=s3.meta.region_name,
        virtual_hosted_style_request=False,
        checksum_algorithm="sha256",
        credential_provider=fresh,
        client_options={"allow_http": here},
        retry_config={"max_retries": 2, "retry_timeout": timedelta(seconds=30)},
    )
    return ObjectStore(store)


class ObjectStore:
    """One bucket as obstore sees it."""

    def __init__(self, store: Any) -> None:
        self._store = store
        self._failed = False

    def send(self, path: Path, key: str, storage_class: str) -> bool:
        """Upload a file, in parts of the same size as with boto3, so that it gets the same ETag; False: not done."""
        if self._failed or storage_class != "STANDARD" or not PLAIN_KEY.fullmatch(key):
            return False
        import obstore

        kind = mimetypes.guess_type(key)[0]
        large = path.stat().st_size > SINGLE_BYTES_MAX
        try:
            obstore.put(
                self._store,
                key,
                path if large else path.read_bytes(),
                attributes={"Content-Type": kind} if kind else None,
                use_multipart=large,
                chunk_size=PART_BYTES,
                max_concurrency=4,
            )
        except obstore.exceptions.BaseError:
            self._failed = True  # boto3 tells what is wrong, or does it
            return False
        return True

    def receive(self, key: str, target: Path, same: Any) -> bool:
        """Download an object, all of it or not at all; False: not done, or not what ``same`` takes for the object."""
        if self._failed or not PLAIN_KEY.fullmatch(key):
            return False
        import obstore

        os.makedirs(target.parent, exist_ok=True)  # noqa: PTH103 - a tenth of the time of Path.mkdir
        try:
            with replacement(target) as (part, keep):
                found = obstore.get(self._store, key)
                with part.open("xb") as file:
                    for piece in found.stream(min_chunk_size=PIECE_BYTES):
                        file.write(piece)
                if not same(part):
                    return False
                keep()
        except obstore.exceptions.BaseError:
            self._failed = True
            return False
        return True
