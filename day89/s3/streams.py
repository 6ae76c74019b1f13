"""Read an object as a file: in pieces, from any position, and on through a broken connection."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError, HTTPClientError, IncompleteReadError, ResponseStreamingError

from day89.errors import IntegrityError, error_code, not_found

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

__all__ = ["ObjectReader", "open_object"]

# botocore repeats a request until its headers are there; a body that breaks off later is the reader's own affair.
BROKEN = (HTTPClientError, IncompleteReadError, ResponseStreamingError, ConnectionError)
BUFFER_BYTES = 1 << 20


class ObjectReader(io.RawIOBase):
    """A readable, seekable binary file over one object.

    A connection that breaks is opened again at the byte where it broke, with ``Range`` and with ``If-Match``, so that
    bytes of two different objects are never mixed. Seeking costs nothing until the next read.
    """

    def __init__(self, s3: S3Client, bucket: str, key: str, version_id: str | None, attempts: int) -> None:
        super().__init__()
        self._s3 = s3
        self._address: dict[str, str] = {"Bucket": bucket, "Key": key}
        if version_id:
            self._address["VersionId"] = version_id
        self._attempts = attempts
        self._position = 0
        self._body: Any = None
        answer = self._get()
        self._body = answer["Body"]
        self.size: int = answer["ContentLength"]
        self.etag: str = answer["ETag"]
        self.metadata: dict[str, str] = answer.get("Metadata", {})

    @property
    def name(self) -> str:
        """Return the object's address."""
        return f"s3://{self._address['Bucket']}/{self._address['Key']}"

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def seekable(self) -> bool:
        """Say that any position can be read next."""
        return True

    def tell(self) -> int:
        """Return the position of the next byte."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move to another position; the connection is opened again only when it is read from."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.size}[whence]
        target = base + offset
        if target < 0:
            raise ValueError(f"position {target} of {self.name} is before its first byte")
        if target != self._position:
            self._drop()
            self._position = target
        return target

    def read(self, size: int = -1) -> bytes:
        """Read some bytes, once more from where it broke if the connection breaks; a negative size is all the rest."""
        if size < 0:
            return b"".join(iter(lambda: self.read(BUFFER_BYTES), b""))
        for left in range(self._attempts - 1, -1, -1):
            try:
                return self._read_once(size)
            except BROKEN:
                self._drop()
                if not left:
                    raise
        return b""

    readall = read

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer; the bytes are copied once more, by urllib3's ``readinto`` too, so `read` is the fast way."""
        piece = self.read(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        """Give the connection back."""
        self._drop()
        super().close()

    def _read_once(self, size: int) -> bytes:
        if self._position >= self.size:
            if self._body is not None:  # one more read lets botocore compare length and checksum with what S3 said
                self._body.read(1)
                self._drop()
            return b""
        if self._body is None:
            self._body = self._get(Range=f"bytes={self._position}-", IfMatch=self.etag)["Body"]
        piece: bytes = self._body.read(size)
        self._position += len(piece)
        return piece

    def _get(self, **extra: str) -> Any:
        try:
            return self._s3.get_object(**self._address, **extra)  # type: ignore[arg-type]
        except ClientError as error:
            if error_code(error) == "PreconditionFailed":
                raise IntegrityError(f"{self.name} was replaced while it was read: start again") from error
            raise

    def _drop(self) -> None:
        if self._body is not None:
            self._body.close()
            self._body = None


def open_object(
    s3: S3Client, bucket: str, key: str, *, version_id: str | None = None, attempts: int = 5
) -> io.BufferedReader:
    """Open an object for reading as a binary file.

    Pass it to whatever reads files: ``pandas.read_csv``, ``zipfile``, ``pyarrow``, ``io.TextIOWrapper``.

    Args:
        s3: S3 client.
        bucket: bucket name.
        key: key of the object.
        version_id: an older version; None is the current one.
        attempts: how often one read is tried before the broken connection is reported.

    Returns:
        A buffered reader; close it, or use it in a ``with`` statement.

    Raises:
        NotFoundError: no such bucket, key or version.

    See https://docs.aws.amazon.com/AmazonS3/latest/userguide/range-get-olap.html
    """
    with not_found(f"s3://{bucket}/{key}"):
        return io.BufferedReader(ObjectReader(s3, bucket, key, version_id, attempts), BUFFER_BYTES)
