"""Do one part: read its bytes, work on its rows, put the result into S3, and last the note that it is done."""

from __future__ import annotations

import gzip
import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import pandas

from day89.errors import IntegrityError, InvalidInputError
from day89.pipeline.records import Block, blocks, format_line, format_rows, parse_block
from day89.pipeline.steps import Step, apply_step
from day89.s3 import open_object, upload_file

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from day89.pipeline.plan import Plan

__all__ = ["Done", "Part", "open_csv", "run_part"]


@dataclass(frozen=True)
class Part:
    """One part of the work: the records that begin in a range of an object. ``end`` None is the object's end."""

    number: int
    key: str
    etag: str
    start: int
    end: int | None


@dataclass(frozen=True)
class Done:
    """The outcome of a part."""

    number: int
    columns: tuple[str, ...]
    rows_read: int
    rows_kept: int
    rows_rejected: int


@contextmanager
def open_csv(s3: S3Client, bucket: str, key: str) -> Iterator[tuple[BinaryIO, Any]]:
    """Open a CSV object; yield the file of its text, and the reader below it, which knows size and ETag."""
    with open_object(s3, bucket, key) as packed:
        if key.endswith(".gz"):
            with gzip.open(packed) as text:
                yield cast(BinaryIO, text), packed.raw
        else:
            yield packed, packed.raw


def run_part(s3: S3Client, plan: Plan, part: Part, step: Step) -> Done:
    """Do one part.

    Args:
        s3: S3 client.
        plan: the job.
        part: the part.
        step: what to do with the rows.

    Returns:
        What became of it; the same is in S3 as ``NUMBER.json``, beside ``NUMBER.part`` and ``NUMBER.rejected``.

    Raises:
        IntegrityError: the object is not the one that was planned for.
        InvalidInputError: the object cannot be split where the plan splits it.
    """
    target = f"{plan.folder}{part.number:05}"
    with tempfile.TemporaryDirectory(prefix="day89-part-") as folder:
        rows, rejected = Path(folder, "rows"), Path(folder, "rejected")
        with rows.open("wb") as good, rejected.open("wb") as bad:
            done = _work(s3, plan, part, step, good, bad)
        upload_file(s3, rows, plan.bucket, target + ".part")
        upload_file(s3, rejected, plan.bucket, target + ".rejected")
    body = json.dumps(asdict(done)).encode()
    s3.put_object(Bucket=plan.bucket, Key=target + ".json", Body=body, ContentType="application/json")
    return done


def _work(s3: S3Client, plan: Plan, part: Part, step: Step, good: BinaryIO, bad: BinaryIO) -> Done:
    columns: tuple[str, ...] = ()
    read = kept = refused = 0
    for block in _blocks(s3, plan, part):
        frame, reasons = apply_step(step, block.frame)
        if columns and columns != tuple(frame.columns):
            raise InvalidInputError(f"the step gave the columns {list(frame.columns)} after {list(columns)}")
        if not columns and part.number == 0:  # it carries the header; the others are put behind it as they are
            good.write(format_line(frame.columns))
        columns = tuple(frame.columns)
        good.write(format_rows(frame))
        bad.writelines(_notes(part, block, reasons))
        read += len(block.frame) + len(block.rejected)
        kept += len(frame)
        refused += len(block.rejected) + len(reasons)
    return Done(part.number, columns, read, kept, refused)


def _notes(part: Part, block: Block, reasons: pandas.Series[str]) -> Iterator[bytes]:
    for item in block.rejected:
        yield format_line((part.key, str(item.offset), item.reason, item.text))
    rows = block.frame.loc[reasons.index].fillna("").itertuples(index=False, name=None)
    for reason, row in zip(reasons, rows, strict=True):
        yield format_line((part.key, "", reason, format_line(row).decode().removesuffix("\n")))


def _blocks(s3: S3Client, plan: Plan, part: Part) -> Iterator[Block]:
    columns, block = list(plan.columns), None
    with open_csv(s3, plan.bucket, part.key) as (file, reader):
        if reader.etag != part.etag:
            raise IntegrityError(f"s3://{plan.bucket}/{part.key} has changed since the job was planned: plan it anew")
        file.seek(part.start - 1)
        start = part.start - 1 + len(file.readline())
        for offset, content in blocks(file, start, part.end):
            if block is not None:
                yield _closed(block, plan, part)
            block = parse_block(columns, content, offset)
    if block is None:  # nothing to read still shows the step's columns
        yield parse_block(columns, b"")
    else:
        yield block if part.end is None else _closed(block, plan, part)


def _closed(block: Block, plan: Plan, part: Part) -> Block:
    """Pass a block on, unless a quote is open at its end: only at the end of an object that is one bad record."""
    if block.unclosed:
        raise InvalidInputError(
            f"s3://{plan.bucket}/{part.key} has line breaks inside quotes, or quotes inside fields without quotes, and "
            f"cannot be split after byte {part.start}: plan it with part_bytes=None, or mend it"
        )
    return block
