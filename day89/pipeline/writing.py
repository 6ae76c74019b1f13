"""Write tables as CSV: UTF-8, LF, and quotes only around a field that needs them, whatever its neighbours are."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable

import pandas

from day89.pipeline.parsing import USE_ARROW

__all__ = ["format_line", "format_rows"]

# A CR too: readers take a bare one for a line's end, and Python's csv module before 3.13 leaves it bare.
SPECIAL = re.compile(r'[",\r\n]')


def format_line(fields: Iterable[object]) -> bytes:
    """Return one record as CSV."""
    written = [_quoted(str(field)) for field in fields]
    return (('""' if written == [""] else ",".join(written)) + "\n").encode("utf-8")


def format_rows(frame: pandas.DataFrame) -> bytes:
    """Return rows as CSV without a header: UTF-8, ``\\n`` after each, missing values empty."""
    plain = _format_arrow(frame) if USE_ARROW else None
    if plain is not None:
        return plain
    columns = [_texts(frame.iloc[:, place]) for place in range(len(frame.columns))]
    columns = [list(map(_quoted, texts)) if SPECIAL.search("".join(texts)) else texts for texts in columns]
    if len(columns) == 1:  # a row of one missing value is not an empty line
        columns = [[text or '""' for text in columns[0]]]
    lines = list(map(",".join, zip(*columns, strict=True)))
    return "\n".join([*lines, ""]).encode("utf-8")


def _format_arrow(frame: pandas.DataFrame) -> bytes | None:
    """Write text that needs no quotes with pyarrow, which refuses all other text."""
    if len(frame.columns) < 2 or any(dtype != "str" for dtype in frame.dtypes) or not frame.columns.is_unique:
        return None
    import pyarrow  # optional, and installed where this is called
    from pyarrow import csv as arrow

    sink = io.BytesIO()
    try:
        table = pyarrow.Table.from_pandas(frame, preserve_index=False, nthreads=1)
        arrow.write_csv(table, sink, arrow.WriteOptions(include_header=False, quoting_style="none"))
    except pyarrow.ArrowInvalid:
        return None
    return sink.getvalue()


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if SPECIAL.search(text) else text


def _texts(column: pandas.Series) -> list[str]:
    if isinstance(column.dtype, pandas.CategoricalDtype):
        column = column.astype(object)
    if column.dtype == object or pandas.api.types.is_string_dtype(column.dtype):
        missing = column.isna().to_numpy()
        return ["" if gone else str(value) for value, gone in zip(column.tolist(), missing, strict=True)]
    # Numbers and times as pandas writes them.
    text = column.to_csv(index=False, header=False, lineterminator="\n")
    return [row[0] if row else "" for row in csv.reader(io.StringIO(text, newline=""))]
