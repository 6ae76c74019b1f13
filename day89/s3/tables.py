"""Move tables between data frames and S3, whole or in pieces that fit in memory."""

from __future__ import annotations

import gzip
import io
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

from day89.errors import InvalidInputError, ToolError
from day89.s3.objects import upload_file
from day89.s3.streams import open_object

if TYPE_CHECKING:
    import pandas as pd
    from mypy_boto3_s3 import S3Client

__all__ = ["iter_csv", "iter_parquet", "read_csv", "read_parquet", "write_csv", "write_parquet"]

ROWS_PER_PIECE = 100_000


def read_csv(s3: S3Client, bucket: str, key: str, **options: Any) -> pd.DataFrame:
    """Read a CSV object whole.

    Args:
        s3: S3 client.
        bucket: bucket name.
        key: key; one that ends in ``.gz`` is unpacked.
        options: of ``pandas.read_csv``. ``dtype=str`` keeps ``007`` and ``1.10``; ``usecols`` saves most memory.

    Raises:
        NotFoundError: no such bucket or key.

    See https://pandas.pydata.org/docs/reference/api/pandas.read_csv.html
    """
    with _open_text_bytes(s3, bucket, key) as file:
        return _pandas().read_csv(file, **options)


def iter_csv(
    s3: S3Client, bucket: str, key: str, *, rows: int = ROWS_PER_PIECE, **options: Any
) -> Iterator[pd.DataFrame]:
    """Yield a CSV object in frames of so many rows; memory does not grow with the object.

    A connection that breaks on the way is taken up again where it broke.

    Args:
        s3: S3 client.
        bucket: bucket name.
        key: key; one that ends in ``.gz`` is unpacked.
        rows: rows a frame.
        options: of ``pandas.read_csv``.

    Raises:
        InvalidInputError: rows is not positive.
        NotFoundError: no such bucket or key.
    """
    if rows < 1:
        raise InvalidInputError(f"rows must be positive, not {rows}")
    with _open_text_bytes(s3, bucket, key) as file, _pandas().read_csv(file, chunksize=rows, **options) as pieces:
        yield from pieces


def write_csv(
    s3: S3Client, frames: pd.DataFrame | Iterable[pd.DataFrame], bucket: str, key: str, **options: Any
) -> int:
    """Write a frame, or frames one after the other, as one CSV object, without an index column.

    The object appears at the end and whole: where a frame fails to come, nothing is written.

    Args:
        s3: S3 client.
        frames: one frame, or frames with the same columns; a generator is used up piece by piece.
        bucket: bucket name.
        key: key; one that ends in ``.gz`` is packed.
        options: of ``DataFrame.to_csv``.

    Returns:
        How many rows were written.

    Raises:
        InvalidInputError: there is no frame at all, or the frames have different columns.
        NotFoundError: no such bucket.
    """
    opened = gzip.open if key.endswith(".gz") else open
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "table")
        count, columns = 0, None
        with opened(path, "wt", encoding="utf-8", newline="") as file:
            for frame in _same_columns(frames):
                frame.to_csv(file, index=False, header=columns is None, **options)
                count, columns = count + len(frame), frame.columns
        if columns is None:
            raise InvalidInputError(f"nothing to write to s3://{bucket}/{key}: no frame came, so there are no columns")
        upload_file(s3, path, bucket, key)
    return count


def read_parquet(s3: S3Client, bucket: str, key: str, *, columns: list[str] | None = None) -> pd.DataFrame:
    """Read a Parquet object; with ``columns`` only those columns are fetched.

    Raises:
        ToolError: pyarrow is not installed.
        NotFoundError: no such bucket or key.
    """
    parquet = _pyarrow_parquet()
    with open_object(s3, bucket, key) as file:
        return parquet.ParquetFile(file).read(columns=columns).to_pandas()


def iter_parquet(
    s3: S3Client, bucket: str, key: str, *, rows: int = ROWS_PER_PIECE, columns: list[str] | None = None
) -> Iterator[pd.DataFrame]:
    """Yield a Parquet object in frames of at most so many rows.

    Raises:
        ToolError: pyarrow is not installed.
        NotFoundError: no such bucket or key.
    """
    parquet = _pyarrow_parquet()
    with open_object(s3, bucket, key) as file:
        for batch in parquet.ParquetFile(file).iter_batches(batch_size=rows, columns=columns):
            yield batch.to_pandas()


def write_parquet(s3: S3Client, frames: pd.DataFrame | Iterable[pd.DataFrame], bucket: str, key: str) -> int:
    """Write a frame, or frames one after the other, as one Parquet object, one row group a frame.

    Returns:
        How many rows were written.

    Raises:
        ToolError: pyarrow is not installed.
        InvalidInputError: there is no frame at all, or the frames have different columns.
        NotFoundError: no such bucket.
    """
    parquet = _pyarrow_parquet()
    import pyarrow  # the heavy optional dependency of the line above

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "table.parquet")
        writer, count = None, 0
        try:
            for frame in _same_columns(frames):
                schema = writer.schema if writer else None
                table = pyarrow.Table.from_pandas(frame, schema=schema, preserve_index=False)
                writer = writer or parquet.ParquetWriter(path, table.schema)
                writer.write_table(table)
                count += len(frame)
        finally:
            if writer:
                writer.close()
        if writer is None:
            raise InvalidInputError(f"nothing to write to s3://{bucket}/{key}: no frame came, so there are no columns")
        upload_file(s3, path, bucket, key)
    return count


@contextmanager
def _open_text_bytes(s3: S3Client, bucket: str, key: str) -> Iterator[IO[bytes]]:
    with open_object(s3, bucket, key) as raw:
        if key.endswith(".gz"):
            with gzip.open(raw, "rb") as file:
                yield io.BufferedReader(file)
        else:
            yield raw


def _same_columns(frames: pd.DataFrame | Iterable[pd.DataFrame]) -> Iterator[pd.DataFrame]:
    first: list[Any] | None = None
    one = isinstance(frames, _pandas().DataFrame)
    for frame in cast("Iterable[pd.DataFrame]", [frames] if one else frames):
        names = list(frame.columns)
        if first is not None and names != first:
            raise InvalidInputError(f"a frame has the columns {names}, the first one has {first}")
        first = names
        yield frame


def _pandas() -> Any:
    import pandas  # heavy: who only moves files should not pay for it (90 MB, half a second)

    return pandas


def _pyarrow_parquet() -> Any:
    try:
        import pyarrow.parquet  # heavy and optional: pip install 'day89[parquet]'
    except ImportError as error:
        raise ToolError("Parquet needs pyarrow, which is not installed: pip install 'day89[parquet]'") from error
    return pyarrow.parquet
