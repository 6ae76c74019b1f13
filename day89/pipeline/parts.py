"""Do one part: read its bytes, work on its rows, put the result into S3, and last the note that it is done."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from heapq import merge
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import pandas

from day89.errors import IntegrityError, InvalidInputError
from day89.pipeline.parsing import Block, parse_block
from day89.pipeline.records import Part, RecordTooLongError, first_record, open_csv, read_blocks
from day89.pipeline.steps import Step, apply_step
from day89.pipeline.writing import format_line, format_rows
from day89.s3 import upload_file

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from day89.pipeline.plan import JobPlan

__all__ = ["Done", "part_key", "run_part"]


@dataclass(frozen=True)
class Done:
    """The outcome of a part.

    ``start`` is where its first record was taken to begin and ``stop`` where its last one ended. Where a part begins
    inside a field with line breaks, ``start`` is not the ``stop`` of the part before it, and the part is to be done
    again from there. A ``stop`` of None: no end was found, since ``start`` was such a place.
    """

    number: int
    start: int
    stop: int | None
    columns: tuple[str, ...]
    rows_read: int
    rows_kept: int
    rows_rejected: int


def part_key(plan: JobPlan, number: int, start: int, suffix: str) -> str:
    """Return the key of what a part gave that was begun at a place: one done from another place gives another."""
    return f"{plan.folder}{number:05}-{start}.{suffix}"


def run_part(s3: S3Client, plan: JobPlan, part: Part, step: Step, start: int | None = None) -> Done:
    """Do one part.

    Args:
        s3: S3 client.
        plan: the job.
        part: the part.
        step: what to do with the rows.
        start: where its first record begins; None is behind the first line break.

    Returns:
        What became of it; the same is in S3 as ``NUMBER-START.json``, beside ``.part`` and ``.rejected``.

    Raises:
        IntegrityError: the object is not the one that was planned for.
        RecordTooLongError: one record has more than 64 MiB.
    """
    with tempfile.TemporaryDirectory(prefix="day89-part-") as folder:
        rows, rejected = Path(folder, "rows"), Path(folder, "rejected")
        with rows.open("wb") as good, rejected.open("wb") as bad:
            done = _work(s3, plan, part, step, start, good, bad)
        upload_file(s3, rows, plan.bucket, part_key(plan, part.number, done.start, "part"))
        upload_file(s3, rejected, plan.bucket, part_key(plan, part.number, done.start, "rejected"))
    note = part_key(plan, part.number, done.start, "json")
    body = json.dumps(asdict(done)).encode()
    s3.put_object(Bucket=plan.bucket, Key=note, Body=body, ContentType="application/json")
    return done


def _work(
    s3: S3Client, plan: JobPlan, part: Part, step: Step, start: int | None, good: BinaryIO, bad: BinaryIO
) -> Done:
    names = list(plan.columns)
    columns: tuple[str, ...] = ()
    read = kept = refused = 0
    with open_csv(s3, plan.bucket, part.key) as (file, reader):
        if reader.etag != part.etag:
            raise IntegrityError(f"s3://{plan.bucket}/{part.key} has changed since the job was planned: plan it anew")
        begin = start if start is not None else first_record(file, part.start)
        file.seek(begin)
        stop: int | None = begin
        try:
            for block in _at_least_one(read_blocks(file, names, begin, part.end), names, begin):
                frame, reasons = apply_step(step, block.frame)
                here = tuple(map(str, frame.columns))
                if columns and columns != here:
                    raise InvalidInputError(f"the step gave the columns {list(here)} after {list(columns)}")
                if not columns and part.number == 0:  # it carries the header; the others are put behind it as they are
                    good.write(format_line(here))
                columns = here
                good.write(format_rows(frame))
                bad.writelines(_notes(part, block, reasons))
                read += len(block.frame) + len(block.rejected)
                kept += len(frame)
                refused += len(block.rejected) + len(reasons)
                stop = block.offset + block.length
        except RecordTooLongError:
            if start is not None or plan.before(part) is None:
                raise
            stop = None  # the place was guessed, and may lie inside quotes
    return Done(part.number, begin, stop, columns, read, kept, refused)


def _at_least_one(blocks: Iterator[Block], columns: list[str], start: int) -> Iterator[Block]:
    """Yield an empty block where there is none: nothing to read still shows the step's columns."""
    found = False
    for block in blocks:
        found = True
        yield block
    if not found:
        yield parse_block(columns, b"", start)


def _notes(part: Part, block: Block, reasons: pandas.Series[str]) -> Iterator[bytes]:
    """Yield what is set aside of a block, in the order of its records."""
    rows = block.frame.loc[reasons.index].fillna("").itertuples(index=False, name=None)
    by_step = sorted(
        ((int(label), 1, "", reason, format_line(row).decode().removesuffix("\n")) for label, reason, row in
         zip(reasons.index, reasons, rows, strict=True)),
        key=lambda note: note[0],
    )  # fmt: skip
    by_parser = ((item.row, 0, str(item.offset), item.reason, item.text) for item in block.rejected)
    for _, _, offset, reason, text in merge(by_parser, by_step, key=lambda note: note[:2]):
        yield format_line((part.key, offset, reason, text))
