"""Do a job: the parts that are not done yet, side by side; then the output, last and whole."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from joblib import Parallel, delayed, parallel_config

from day89.clients import make_client
from day89.errors import InvalidInputError, NotFoundError, not_found
from day89.pipeline.compose import compose_object
from day89.pipeline.parts import Done, part_key, run_part
from day89.pipeline.plan import PART_BYTES, JobPlan, plan_pipeline
from day89.pipeline.records import Part
from day89.pipeline.steps import Step, drop_incomplete
from day89.s3 import delete_prefix, describe_object, list_keys

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

__all__ = ["Report", "done_before", "finish", "join_parts", "remaining_parts", "run_parts", "run_pipeline"]

REJECTED_HEAD = b"object,offset,reason,record\n"


@dataclass(frozen=True)
class Report:
    """The outcome of a job. ``parts_run`` counts the parts that this run did; the others had been done before."""

    output_key: str
    rejected_key: str
    etag: str
    parts: int
    parts_run: int
    rows_read: int
    rows_kept: int
    rows_rejected: int


def run_pipeline(
    s3: S3Client,
    bucket: str,
    inputs: Iterable[str],
    output_key: str,
    step: Step = drop_incomplete,
    *,
    part_bytes: int | None = PART_BYTES,
    revision: str = "",
    jobs: int = 1,
    backend: str = "threading",
) -> Report:
    """Work on CSV objects and write one CSV object: UTF-8, the columns that the step gives, values as they came in.

    Run again after any interruption it does what is missing; after a success it does nothing. Rows that could not be
    read, and those that the step gave a reason for, are in ``OUTPUT_KEY.rejected`` with their place and reason; that
    object is written before the output, so whoever is told of the output finds both.

    Args:
        s3: S3 client.
        bucket: bucket of inputs and output.
        inputs: keys of CSV objects with the same header; ``.gz`` is unpacked.
        output_key: key of the output.
        step: what to do with the rows, a table of text at a time, see ``drop_incomplete``.
        part_bytes: length of a part; None makes each object one part.
        revision: anything that tells this job from an earlier one over the same inputs.
        jobs: parts worked on at once.
        backend: ``threading`` shares this client; ``loky`` takes a process for each, ``dask`` whatever the active
            ``distributed.Client`` reaches. In other processes a client is made anew from region, endpoint and
            the ``AWS_*`` variables: of this process for ``loky``, of its own for a Dask worker.

    Returns:
        What was done.

    Raises:
        NotFoundError: an input is not there.
        InvalidInputError: inputs that do not fit together, or cannot be split.
        IntegrityError: an input changed while it was worked on.
    """
    plan = plan_pipeline(s3, bucket, inputs, output_key, step, part_bytes=part_bytes, revision=revision)
    if report := done_before(s3, plan):
        return report
    try:
        missing = remaining_parts(s3, plan)
        run_parts(s3, plan, missing, step, jobs=jobs, backend=backend)
        join_parts(s3, plan, step, jobs=jobs, backend=backend)
        return finish(s3, plan, parts_run=len(missing))
    except NotFoundError:
        # Another run of the same job may have finished it meanwhile, and removed the parts that both worked on.
        if report := done_before(s3, plan):
            delete_prefix(s3, bucket, plan.folder)
            return report
        raise


def done_before(s3: S3Client, plan: JobPlan) -> Report | None:
    """Return the report of a job whose output stands as it left it, or None."""
    try:
        data: Any = json.loads(s3.get_object(Bucket=plan.bucket, Key=_note_key(plan))["Body"].read())
        standing = describe_object(s3, plan.bucket, plan.output_key).etag
    except (NotFoundError, s3.exceptions.NoSuchKey):
        return None
    if standing.strip('"') != data["etag"].strip('"'):  # someone else wrote there: the work is to be done again
        return None
    return Report(**{**data, "parts_run": 0})


def remaining_parts(s3: S3Client, plan: JobPlan) -> list[Part]:
    """Return the parts of a job that have no note in S3 that they are done."""
    done = {number for number, _ in _noted(s3, plan)}
    return [part for part in plan.parts if part.number not in done]


def run_parts(
    s3: S3Client,
    plan: JobPlan,
    parts: Sequence[Part],
    step: Step,
    *,
    starts: Mapping[int, int] | None = None,
    jobs: int = 1,
    backend: str = "threading",
) -> list[Done]:
    """Do parts side by side, in any order.

    Args:
        s3: S3 client.
        plan: the job.
        parts: which of its parts.
        step: what to do with the rows.
        starts: number of a part to the place where its first record begins, as far as that is known.
        jobs: parts worked on at once.
        backend: as for ``run_pipeline``.
    """
    known = starts or {}
    if jobs < 1:
        raise InvalidInputError(f"jobs must be positive, not {jobs}")
    address = (s3.meta.region_name, s3.meta.endpoint_url)
    # joblib keeps its processes for later jobs, with the environment that they were started in.
    variables = _aws_variables() if backend == "loky" else None
    with parallel_config(backend=backend, n_jobs=jobs):  # joblib knows the dask backend by name only here
        if backend == "threading":
            return list(Parallel()(delayed(run_part)(s3, plan, part, step, known.get(part.number)) for part in parts))
        return list(
            Parallel()(
                delayed(_run_there)(address, variables, plan, part, step, known.get(part.number)) for part in parts
            )
        )


def join_parts(s3: S3Client, plan: JobPlan, step: Step, *, jobs: int = 1, backend: str = "threading") -> None:
    """Do again the parts that were begun inside a record, until each begins where the one before it ended.

    A part is begun behind the first line break of its range, which may lie inside quotes. So the result is the same
    wherever an object is split.

    Args:
        s3: S3 client.
        plan: the job, all parts of which have been done.
        step: what to do with the rows.
        jobs: parts worked on at once.
        backend: as for ``run_pipeline``.
    """
    if not any(plan.before(part) for part in plan.parts):
        return
    notes = {place: _read_note(s3, plan, *place) for place in _noted(s3, plan)}
    while starts := _wrong_starts(plan, notes):
        again = [part for part in plan.parts if part.number in starts]
        for done in run_parts(s3, plan, again, step, starts=starts, jobs=jobs, backend=backend):
            notes[done.number, done.start] = done


def _wrong_starts(plan: JobPlan, notes: Mapping[tuple[int, int], Done]) -> dict[int, int]:
    """Return the parts that have not been done from where the one before them ended, each with that place."""
    wrong: dict[int, int] = {}
    latest = {note.number: note for note in notes.values()}
    stop: int | None = None
    for part in plan.parts:
        if part.number not in latest:
            raise NotFoundError(f"part {part.number} of {plan.output_key} is not done")
        note = latest[part.number]
        if plan.before(part) and stop is not None:
            note = notes.get((part.number, stop), note)
            if note.start != stop or note.stop is None:
                wrong[part.number] = stop
        stop = note.stop
    return wrong


def finish(s3: S3Client, plan: JobPlan, *, parts_run: int = 0) -> Report:
    """Put the parts of a job together, all of which must be done and joined: rejected rows first, output last.

    Raises:
        NotFoundError: a part is not done, or not from where the one before it ended.
        InvalidInputError: the step gave different columns for different parts.
    """
    done = _chain(s3, plan)
    if len({note.columns for note in done}) > 1:
        raise InvalidInputError("the step gave different columns for different parts: nothing is put together")
    rejected_key = f"{plan.output_key}.rejected"
    rejected = [part_key(plan, note.number, note.start, "rejected") for note in done]
    compose_object(s3, plan.bucket, rejected, rejected_key, head=REJECTED_HEAD)
    kept = [part_key(plan, note.number, note.start, "part") for note in done]
    etag = compose_object(s3, plan.bucket, kept, plan.output_key)
    totals = [sum(getattr(note, name) for note in done) for name in ("rows_read", "rows_kept", "rows_rejected")]
    report = Report(plan.output_key, rejected_key, etag, len(plan.parts), parts_run, *totals)
    _remember(s3, plan, report)
    return report


def _aws_variables() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.startswith("AWS_")}


def _run_there(
    address: tuple[str, str], variables: dict[str, str] | None, plan: JobPlan, part: Part, step: Step, start: int | None
) -> Done:
    if variables is not None and variables != _aws_variables():
        for name in _aws_variables():
            del os.environ[name]
        os.environ.update(variables)
    region, endpoint = address
    elsewhere = None if endpoint.endswith((".amazonaws.com", ".amazonaws.com.cn")) else endpoint
    return run_part(make_client("s3", region, endpoint_url=elsewhere), plan, part, step, start)


def _noted(s3: S3Client, plan: JobPlan) -> set[tuple[int, int]]:
    """Return which parts have been done, each with the place where its first record was taken to begin."""
    names = (key.removeprefix(plan.folder) for key in list_keys(s3, plan.bucket, plan.folder))
    places = (name.removesuffix(".json").split("-") for name in names if name.endswith(".json"))
    return {(int(number), int(start)) for number, start in places}


def _chain(s3: S3Client, plan: JobPlan) -> list[Done]:
    """Return the notes of the parts, each of which begins where the one before it ended."""
    noted = _noted(s3, plan)
    chain: list[Done] = []
    for part in plan.parts:
        start = chain[-1].stop if plan.before(part) else part.start
        if start is None or (part.number, start) not in noted:
            raise NotFoundError(f"part {part.number} of {plan.output_key} is not done from byte {start} of {part.key}")
        chain.append(_read_note(s3, plan, part.number, start))
    return chain


def _read_note(s3: S3Client, plan: JobPlan, number: int, start: int) -> Done:
    key = part_key(plan, number, start, "json")
    with not_found(f"s3://{plan.bucket}/{key}"):
        data = json.loads(s3.get_object(Bucket=plan.bucket, Key=key)["Body"].read())
    return Done(**{**data, "columns": tuple(data["columns"])})


def _remember(s3: S3Client, plan: JobPlan, report: Report) -> None:
    # Once the output stands, what it was made of can go; the note that it is done stays.
    body = json.dumps(report.__dict__).encode()
    s3.put_object(Bucket=plan.bucket, Key=_note_key(plan), Body=body, ContentType="application/json")
    delete_prefix(s3, plan.bucket, plan.folder)


def _note_key(plan: JobPlan) -> str:
    return plan.folder.removesuffix("/") + ".json"
