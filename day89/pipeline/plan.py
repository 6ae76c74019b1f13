"""Decide what there is to do: which parts of which objects, read by which header, for which output."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from day89.errors import IntegrityError, InvalidInputError, not_found
from day89.pipeline.fingerprint import fingerprint
from day89.pipeline.records import Part, open_csv, read_header
from day89.pipeline.steps import Step

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

__all__ = ["PART_BYTES", "JobPlan", "plan_pipeline", "read_plan"]

FORMAT = 2  # of the notes of a part: those of an older day89 are not taken up
PART_BYTES = 64 << 20
PARTS_MAX = (
    9_999  # of one multipart upload, one kept free: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
)


@dataclass(frozen=True)
class JobPlan:
    """A whole job; ``id`` is made of the inputs' contents, the step and the output, so the same job has the same.

    ``columns`` is the header that all inputs share.
    """

    id: str
    bucket: str
    output_key: str
    columns: tuple[str, ...]
    parts: tuple[Part, ...]

    @property
    def folder(self) -> str:
        """Return the prefix under which the job keeps what it has done so far."""
        folder, _, name = self.output_key.rpartition("/")
        return f"{folder}{'/' if folder else ''}_jobs/{name}-{self.id}/"

    def before(self, part: Part) -> Part | None:
        """Return the part before one in the same object; None for the first part of an object."""
        previous = self.parts[part.number - 1] if part.number else None
        return previous if previous is not None and previous.end is not None else None

    def to_json(self) -> bytes:
        """Return the plan as JSON."""
        return json.dumps(asdict(self), indent=1).encode()

    @classmethod
    def from_json(cls, text: bytes, where: str) -> JobPlan:
        """Read a plan back.

        Raises:
            IntegrityError: it is not a plan.
        """
        try:
            data = json.loads(text)
            data["parts"] = tuple(Part(**part) for part in data["parts"])
            data["columns"] = tuple(data["columns"])
            return cls(**data)
        except (ValueError, TypeError, KeyError) as error:
            raise IntegrityError(f"{where} is not a plan: {error!r}") from error


def plan_pipeline(
    s3: S3Client,
    bucket: str,
    inputs: Iterable[str],
    output_key: str,
    step: Step,
    *,
    part_bytes: int | None = PART_BYTES,
    revision: str = "",
) -> JobPlan:
    """Plan a job.

    Args:
        s3: S3 client.
        bucket: bucket of inputs and output.
        inputs: keys of CSV objects with the same header; one that ends in ``.gz`` is unpacked, and is one part.
        output_key: key of the output.
        step: what will be done with the rows.
        part_bytes: length of a part; None makes each object one part.
        revision: anything that tells this job from an earlier one over the same inputs; needed for a step that holds
            what cannot be told apart, such as a connection.

    Raises:
        NotFoundError: an input is not there.
        InvalidInputError: no input, an output that would overwrite an input, no header, different headers, more parts
            than one upload may have, or a step that needs a revision.
    """
    inputs = _checked(inputs, output_key)
    if part_bytes is not None and part_bytes < 1:
        raise InvalidInputError(f"part_bytes must be positive, not {part_bytes}")
    columns: tuple[str, ...] = ()
    parts: list[Part] = []
    for key in inputs:
        names, found = _split(s3, bucket, key, part_bytes, len(parts))
        if columns and names != columns:
            raise InvalidInputError(f"s3://{bucket}/{key} has the header {list(names)}, the first one {list(columns)}")
        columns, parts = names, parts + found
    if not parts or len(parts) > PARTS_MAX:
        raise InvalidInputError(f"{len(parts)} parts: there must be 1 to {PARTS_MAX}; choose another part_bytes")
    facts = [FORMAT, bucket, output_key, fingerprint(step, revision), revision, [asdict(part) for part in parts]]
    digest = hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]
    return JobPlan(digest, bucket, output_key, columns, tuple(parts))


def read_plan(s3: S3Client, bucket: str, key: str) -> JobPlan:
    """Read a plan from S3.

    Raises:
        NotFoundError: it is not there.
        IntegrityError: it is not a plan.
    """
    with not_found(f"s3://{bucket}/{key}"):
        text = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    return JobPlan.from_json(text, f"s3://{bucket}/{key}")


def _checked(inputs: Iterable[str], output_key: str) -> list[str]:
    if isinstance(inputs, str):
        raise InvalidInputError(f"inputs is one string, {inputs!r}: give a list of keys")
    keys = list(inputs)
    for key in keys:
        if key in (output_key, f"{output_key}.rejected"):
            raise InvalidInputError(
                f"{key} is an input and would be overwritten: choose another output than {output_key}"
            )
    return keys


def _split(
    s3: S3Client, bucket: str, key: str, part_bytes: int | None, number: int
) -> tuple[tuple[str, ...], list[Part]]:
    with open_csv(s3, bucket, key) as (file, reader):
        try:
            names, start = read_header(file)
        except InvalidInputError as error:
            raise InvalidInputError(f"s3://{bucket}/{key}: {error}") from error
        size, etag = reader.size, reader.etag
    if part_bytes is None or key.endswith(".gz"):
        return tuple(names), [Part(number, key, etag, start, None)]
    edges = [*range(start, size, part_bytes), size] if start < size else [start, start]
    spans = enumerate(itertools.pairwise(edges), number)
    return tuple(names), [Part(place, key, etag, begin, end if end < size else None) for place, (begin, end) in spans]
