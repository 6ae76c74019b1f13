"""Move tables between data frames and S3, whole or in pieces that fit in memory."""

from __future__ import annotations

import gzip
import io
import tempfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

from day89.errors import IntegrityError, InvalidInputError, ToolError
from day89.s3.objects import upload_file
from day89.s3.streams import open_object

if TYPE_CHECKING:
    import pandas as pd
    from mypy_boto3_s3 import S3Client

__all__ = ["iter_csv", "iter_parquet", "read_csv", "read_parquet", "write_csv", "write_parquet"]

ROWS_PER_PIECE = 100_000
LOOK_AHEAD_BYTES = 1 << 20
# Options of pandas.read_csv that decide what the first line is and how it is read.
FIRST_LINE_OPTIONS = (
    "sep", "delimiter", "quotechar", "quoting", "doublequote", "escapechar", "encoding", "encoding_errors", "skiprows",
    "comment", "skipinitialspace", "skip_blank_lines", "lineterminator", "dialect", "engine",
)  # fmt: skip


def read_csv(s3: S3Client, bucket: str, key: str, **options: Any) -> pd.DataFrame:
    """Read a CSV object whole.

    Args:
        s3: S3 client.
        bucket: bucket name.
        key: key; one that ends in ``.gz`` is unpacked.
        options: of ``pandas.read_csv``. ``dtype=str`` keeps ``007`` and ``1.10``; ``usecols`` saves most memory. A name
            that is empty in the header stays empty.

    Raises:
        NotFoundError: no such bucket or key.
        InvalidInputError: it is empty, or its first row has more fields than the header: pandas would make an index of
            the first fields, which is done only with ``index_col``.
        IntegrityError: a ``.gz`` object is cut short or damaged.

    See https://pandas.pydata.org/docs/reference/api/pandas.read_csv.html
    """
    with _open_text_bytes(s3, bucket, key) as file:
        unnamed = _look_ahead(file, f"s3://{bucket}/{key}", options)
        frame: pd.DataFrame = _pandas().read_csv(file, **options)
    return _renamed(frame, unnamed)


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
        options: of ``pandas.read_csv``, as for ``read_csv``.

    Raises:
        InvalidInputError: rows is not positive, or what ``read_csv`` refuses.
        NotFoundError: no such bucket or key.
        IntegrityError: a ``.gz`` object is cut short or damaged.
    """
    if rows < 1:
        raise InvalidInputError(f"rows must be positive, not {rows}")
    with _open_text_bytes(s3, bucket, key) as file:
        unnamed = _look_ahead(file, f"s3://{bucket}/{key}", options)
        with _pandas().read_csv(file, chunksize=rows, **options) as pieces:
            for piece in pieces:
                yield _renamed(piece, unnamed)


def _look_ahead(file: io.BufferedReader, name: str, options: Mapping[str, Any]) -> frozenset[str]:
    """Return the names that pandas makes up for columns without one; refuse an index that nobody asked for.

    Another column may really be called ``Unnamed: 0``, so the header is read as it is.
    """
    start = file.peek(LOOK_AHEAD_BYTES)
    only = {option: options[option] for option in FIRST_LINE_OPTIONS if option in options}
    read: Any = partial(_pandas().read_csv, nrows=1, dtype=str, keep_default_na=False, na_filter=False, **only)
    if options.get("index_col") is None and options.get("usecols") is None:
        header = {option: options[option] for option in ("header", "names") if option in options}
        frame = read(io.BytesIO(start), **header)
        if not isinstance(frame.index, _pandas().RangeIndex):
            raise InvalidInputError(
                f"{name}: the first row has more fields than the header, {list(frame.columns)}: "
                "pass index_col=0 if the first field is an index, or correct the header"
            )
    if options.get("names") is not None or options.get("header", "infer") not in ("infer", 0):
        return frozenset()
    first = read(io.BytesIO(start), header=None, index_col=False).iloc[0]
    return frozenset(f"Unnamed: {place}" for place, text in enumerate(first) if text == "")


def _renamed(frame: pd.DataFrame, unnamed: frozenset[str]) -> pd.DataFrame:
    if unnamed:
        frame.columns = frame.columns.map(lambda name: "" if name in unnamed else name)
    return frame


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
        options: of ``DataFrame.to_csv``, such as ``encoding`` (UTF-8 unless it is given), ``header`` or ``index``.

    Returns:
        How many rows were written.

    Raises:
        InvalidInputError: there is no frame at all, the frames have different columns, or an option is given that
            follows from the key: ``compression``, ``mode``.
        NotFoundError: no such bucket.
    """
    for name in ("compression", "mode", "path_or_buf"):
        if name in options:
            raise InvalidInputError(
                f"write_csv takes no {name}: a key that ends in .gz is packed, and objects are whole"
            )
    opened = gzip.open if key.endswith(".gz") else open
    encoding, errors = options.pop("encoding", None) or "utf-8", options.pop("errors", "strict")
    header = options.pop("header", True)
    options = {"index": False, "lineterminator": "\n", **options}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "table")
        count, columns = 0, None
        with opened(path, "wt", encoding=encoding, errors=errors, newline="") as file:
            target: Any = file
            if options["lineterminator"] == "\n":
                target, options["lineterminator"] = _LineFeeds(cast("IO[str]", file)), "\r\n"
            for frame in _same_columns(frames):
                frame.to_csv(target, header=header if columns is None else False, **options)
                count, columns = count + len(frame), frame.columns
        if columns is None:
            raise InvalidInputError(f"nothing to write to s3://{bucket}/{key}: no frame came, so there are no columns")
        upload_file(s3, path, bucket, key)
    return count


class _LineFeeds(io.TextIOBase):
    """A text file that ends lines with LF although they come with CR LF.

    Python's csv module quotes a field with a CR in it only where a line's end has one too, and writes one line a call;
    readers take a bare CR for a line's end.
    """

    def __init__(self, file: IO[str]) -> None:
        super().__init__()
        self._file = file

    def writable(self) -> bool:
        """Return that it can be written."""
        return True

    def write(self, line: str) -> int:
        """Write one line."""
        return self._file.write(line[:-2] + "\n" if line.endswith("\r\n") else line)


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
        InvalidInputError: there is no frame at all, or the frames have different columns or types.
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
                try:
                    table = pyarrow.Table.from_pandas(frame, schema=schema, preserve_index=False)
                except (pyarrow.ArrowInvalid, pyarrow.ArrowTypeError, pyarrow.ArrowNotImplementedError) as error:
                    raise InvalidInputError(f"{_which(schema)}: {': '.join(map(str, error.args))}") from error
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


def _which(schema: Any) -> str:
    if schema is None:
        return "a value does not fit the type of its column"
    first = ", ".join(f"{field.name} {field.type}" for field in schema)
    return f"a frame does not have the types of the first one ({first}): give the columns the same dtype in all of them"


@contextmanager
def _open_text_bytes(s3: S3Client, bucket: str, key: str) -> Iterator[io.BufferedReader]:
    with open_object(s3, bucket, key) as raw:
        try:
            if key.endswith(".gz"):
                with gzip.open(raw, "rb") as file:
                    yield io.BufferedReader(file, LOOK_AHEAD_BYTES)
            else:
                yield raw
        except _pandas().errors.EmptyDataError as error:
            raise InvalidInputError(f"s3://{bucket}/{key} is empty: it has no header") from error
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            raise IntegrityError(f"s3://{bucket}/{key} is not a whole gzip file: {error}") from error


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
