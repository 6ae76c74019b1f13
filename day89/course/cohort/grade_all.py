"""Grade many submissions: on all processors or a cluster, with results kept as they come.

The unit of work is one submission with the seed and the version of the course; its result is one JSON object. So any
number of workers, any order and any interruption give the same file.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import joblib
from joblib.externals.loky.process_executor import TerminatedWorkerError

from day89.course.cohort.submissions import Source
from day89.course.exercise.shape import shape_of
from day89.course.exercise.submission import Unreadable, read_bytes
from day89.course.exercise.tasks import Task, choose
from day89.course.grading.grade import EVERYTHING, SUBMISSION_LIMIT, grade, unjudged
from day89.course.grading.supervisor import WarmServer
from day89.course.results.results import SubmissionResult
from day89.errors import UsageError

__all__ = ["GradingPlan", "Work", "grade_all", "grade_one", "load", "plan_of"]

TRIES = 3
OWNER_POLL_SECONDS = 1.0


@dataclass(frozen=True)
class GradingPlan:
    """How each submission is graded, as plain data that travels to workers.

    Attributes:
        tasks: ids of the tasks to judge.
        seed: seed of made-up names and contents.
        confinement: how submissions are kept in a process of their own, as plain data; None where they are not.
        seconds: how long one submission may take in all.
        owner: process whose children the workers are: they end when it does. None where they belong to a cluster.
    """

    tasks: tuple[str, ...]
    seed: int
    confinement: Mapping[str, Any] | None = None
    seconds: float = SUBMISSION_LIMIT
    owner: int | None = None


@dataclass(frozen=True)
class Work:
    """One submission as it travels to a worker.

    Attributes:
        number: its place in the order of the command line.
        name: what the report calls it.
        data: its bytes, or None where there are none.
        problem: why there are none.
        status: what that makes of it: ``unreadable`` or ``no_python_file``.
        crashes: how many workers have ended while they graded it.
    """

    number: int
    name: str
    data: bytes | None
    problem: str | None = None
    status: str = "unreadable"
    crashes: int = 0

    @property
    def sha256(self) -> str | None:
        """Return the checksum of the bytes, in hex."""
        return None if self.data is None else hashlib.sha256(self.data).hexdigest()


def load(number: int, source: Source) -> Work:
    """Read a submission's bytes once; nobody looks at the file again."""
    if source.path is None:
        return Work(number, source.name, None, source.problem, source.status)
    try:
        return Work(number, source.name, read_bytes(source.path))
    except Unreadable as error:
        return Work(number, source.name, None, str(error).replace(str(source.path), source.name))


def grade_one(work: Work, plan: GradingPlan) -> tuple[int, dict[str, Any]]:
    """Grade one submission in this worker.

    Args:
        work: the submission.
        plan: how to grade it.

    Returns:
        Its number, and its entry in the result file. A fault of the grader is an entry too: status ``tool_error``.
    """
    tasks, began = choose(list(plan.tasks), None), time.monotonic()
    if work.data is None or work.crashes >= TRIES:
        status, message = (work.status, work.problem) if work.data is None else ("tool_error", _crashed(work))
        return work.number, SubmissionResult(work.name, None, status, message, 0.0, unjudged(tasks)).as_json()  # type: ignore[arg-type]
    try:
        _end_with(plan.owner)
        supervisor = _supervisor(json.dumps(plan.confinement))
        path = supervisor.folder / "handed-in" / _file_name(work.name)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(work.data)
        result = grade(path, tasks, plan.seed, supervisor=supervisor, seconds=plan.seconds)
        message = result.message and result.message.replace(str(path), work.name)
        entry = replace(result, path=work.name, sha256=work.sha256, message=message).as_json()
        return work.number, entry | {"shape": shape_of(work.data)}
    except Exception as error:
        _supervisor.cache_clear()
        message = f"the grader broke: {type(error).__name__}: {error}"
        taken = round(time.monotonic() - began, 2)
        return work.number, SubmissionResult(work.name, None, "tool_error", message, taken, unjudged(tasks)).as_json()


@cache
def _end_with(owner: int | None) -> None:
    """End this worker when its owner has ended: one that was killed cannot tell its workers, and they would wait on."""
    if owner not in (None, os.getpid()):
        threading.Thread(target=_wait_for_end, args=(owner,), name="day89-owner", daemon=True).start()


def _wait_for_end(owner: int) -> None:
    while os.getppid() == owner:
        time.sleep(OWNER_POLL_SECONDS)
    os._exit(1)  # the warm server below ends with this process


def _crashed(work: Work) -> str:
    return f"{work.crashes} workers ended while they graded it: grade it alone to see why"


def _file_name(name: str) -> str:
    stem = Path(name.replace("\\", "/")).name
    return stem if stem.isascii() and stem.removesuffix(".py").isidentifier() else "exercise.py"


@cache
def _supervisor(confinement: str) -> WarmServer:
    """Return the one warm server of this worker process."""
    settings = json.loads(confinement)
    made = None
    if settings is not None:
        from day89.course.boundary.spawn import Confinement  # not on every system

        made = Confinement.from_json(settings)
    return WarmServer(EVERYTHING, made)


def grade_all(
    sources: Sequence[Source],
    plan: GradingPlan,
    report: Callable[[int, dict[str, Any]], None],
    *,
    jobs: int = -1,
    backend: str = "loky",
    scheduler: str | None = None,
) -> None:
    """Grade submissions, and report each as soon as it is done.

    Args:
        sources: the submissions; those whose number was reported already are left out by the caller.
        plan: how to grade them.
        report: is given the number and the entry of each, in any order, each once.
        jobs: workers; -1 means one a processor.
        backend: ``loky`` for this machine, ``dask`` for a cluster.
        scheduler: address of Dask's scheduler.

    Raises:
        UsageError: Dask is not installed, or its scheduler does not answer.
    """
    plan = replace(plan, owner=os.getpid() if backend == "loky" else None)
    waiting = dict(enumerate(sources))
    crashes = dict.fromkeys(waiting, 0)
    with _backend(backend, scheduler):
        while waiting:
            try:
                for number, entry in _run(waiting, crashes, plan, jobs):
                    if waiting.pop(number, None) is not None:
                        report(number, entry)
            except TerminatedWorkerError:
                # A worker has ended (killed, out of memory): whatever was not reported is graded again.
                for number in list(waiting)[: 2 * max(1, jobs if jobs > 0 else os.cpu_count() or 1)]:
                    crashes[number] += 1


def _run(
    waiting: Mapping[int, Source], crashes: Mapping[int, int], plan: GradingPlan, jobs: int
) -> Iterator[tuple[int, dict[str, Any]]]:
    work = (replace(load(number, source), crashes=crashes[number]) for number, source in list(waiting.items()))
    calls = (joblib.delayed(grade_one)(one, plan) for one in work)
    yield from joblib.Parallel(n_jobs=jobs, return_as="generator_unordered", pre_dispatch="2*n_jobs", batch_size=1)(
        calls
    )


def _backend(name: str, scheduler: str | None) -> ExitStack:
    stack = ExitStack()
    if name == "loky":
        stack.enter_context(joblib.parallel_config(backend="loky"))
        return stack
    try:
        from distributed import Client  # an extra: pip install 'day89[dask]'
    except ImportError:
        raise UsageError("--backend dask needs Dask: pip install 'day89[dask]'") from None
    if not scheduler:
        raise UsageError("--backend dask needs --scheduler ADDRESS, such as tcp://127.0.0.1:8786")
    try:
        stack.enter_context(Client(scheduler, timeout=10))
    except (OSError, ValueError) as error:
        raise UsageError(f"no Dask scheduler answers at {scheduler}: {error}") from None
    stack.enter_context(joblib.parallel_config(backend="dask"))
    return stack


def plan_of(tasks: Sequence[Task], seed: int, confinement: Any, seconds: float = SUBMISSION_LIMIT) -> GradingPlan:
    """Return the plan for some tasks.

    Args:
        tasks: the tasks to judge.
        seed: seed of made-up names and contents.
        confinement: a ``Confinement``, or None.
        seconds: how long one submission may take in all.
    """
    return GradingPlan(tuple(task.id for task in tasks), seed, asdict(confinement) if confinement else None, seconds)
