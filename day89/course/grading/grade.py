"""Grade one submission: choose what has to run, run it, and turn the reports into a result.

Nothing of the submission runs in this process.
"""

from __future__ import annotations

import ast
import os
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from day89.course.exercise.files import checks_folder, course_file
from day89.course.exercise.submission import Submission, Unreadable, parse, read, stubs
from day89.course.exercise.tasks import Task
from day89.course.grading.follow import follow_through
from day89.course.grading.run import Run, Watcher
from day89.course.grading.supervisor import WarmServer
from day89.course.results.results import SubmissionResult, TaskResult
from day89.course.results.text import safe_name, safe_text

if TYPE_CHECKING:
    from day89.course.boundary.spawn import Confinement

__all__ = [
    "EC2_MODULE",
    "EVERYTHING",
    "REHEARSAL",
    "SERVER_MODULES",
    "SUBMISSION_LIMIT",
    "grade",
    "preloads",
    "unjudged",
]

SUBMISSION_LIMIT = 300.0
# Modules that a submission may import at its top and that take long: the warm server imports them before it forks.
HEAVY = ("boto3", "botocore", "flask", "joblib", "numpy", "pandas", "sklearn", "werkzeug")
EC2_MODULE = "day89.cloud.moto.patch_ec2"
REHEARSAL = "day89.course.grading.reporter:rehearse"
CACHES = ("day89.botocore_caches:install", "day89.cloud.moto.caches:install")
SERVER_MODULES = ("boto3", "pytest", "day89.course.grading.session", "day89.cloud", *CACHES)
# What a server imports that will grade submissions of every kind. What is missing here, each fork does again.
EVERYTHING = (
    *(*SERVER_MODULES, *HEAVY, "sklearn.linear_model", "sklearn.pipeline", "day89.course.checks.models"),
    *(EC2_MODULE, REHEARSAL),
)


def grade(
    path: str | os.PathLike[str],
    tasks: Sequence[Task],
    seed: int,
    *,
    checks: Path | None = None,
    supervisor: WarmServer | None = None,
    jobs: int = 1,
    watch: Watcher | None = None,
    confinement: Confinement | None = None,
    seconds: float = SUBMISSION_LIMIT,
    shuffle: bool = False,
    own: bool = False,
    breakpoints: bool = True,
    follow: bool = True,
    real_time: bool = False,
) -> SubmissionResult:
    """Grade one submission.

    Args:
        path: the file.
        tasks: the tasks to judge.
        seed: seed of made-up names and contents.
        checks: folder of the checks; None is the course's own.
        supervisor: a running one, to save its start; None makes one for each job.
        jobs: how many children may run at the same time, where no supervisor is given.
        watch: told of each check that has ended.
        confinement: how to keep the submission in a process of its own, where no supervisor is given.
        seconds: how long the whole submission may take, less what others hold the processors.
        shuffle: run the checks in an order that the seed decides.
        own: also tell the AWS calls and the prints of each check: for the learner whose file it is.
        breakpoints: where it is one's own, a breakpoint fails the check that reaches it; False goes on there.
        follow: judge a task that fails by the course's own functions in place of those that it calls and that do not
            work.
        real_time: let it wait in real time, without the virtual clock, where no supervisor is given.

    Returns:
        The verdict; a submission that cannot be read is one too.

    Raises:
        ToolError: the grading process cannot be started.
    """
    began, shown = time.monotonic(), safe_name(os.fspath(path))
    try:
        submission = read(path)
    except Unreadable as error:
        return SubmissionResult(shown, None, "unreadable", safe_text(str(error)), _since(began), unjudged(tasks))
    idle = stubs(submission.tree, [task.function for task in tasks])
    pending = [task for task in tasks if task.function not in idle]
    width = 1 if supervisor else max(1, min(jobs, len(pending)))
    folder = checks or checks_folder()
    make = partial(
        Run,
        submission,
        seed=seed,
        folder=folder,
        seconds=seconds,
        shuffle=shuffle,
        own=own,
        breakpoints=breakpoints,
    )
    runs = [make(pending[start::width], watch=watch) for start in range(width)]
    go = partial(_go, supervisor=supervisor, confinement=confinement, real_time=real_time)
    if pending or not _given_is_untouched(submission.tree, tasks):
        go(runs)
    worst = next((run for run in runs if run.status != "graded"), runs[0])
    if follow and worst.status == "graded":
        follow_through(submission, runs, make, go)
    verdicts = {task.id: run.verdict(task) for run in runs for task in run.tasks}
    if worst.status in ("unreadable", "timeout", "killed") and not any(run.found for run in runs):
        done = unjudged(tasks)
    else:
        done = tuple(verdicts.get(task.id) or _not_started(task) for task in tasks)
    return SubmissionResult(shown, submission.sha256, worst.status, worst.message, _since(began), done)


def _go(runs: Sequence[Run], supervisor: WarmServer | None, confinement: Confinement | None, real_time: bool) -> None:
    if supervisor is not None:
        runs[0].go(supervisor)
        return
    with ThreadPoolExecutor(len(runs)) as threads:
        waiting = [threads.submit(_alone, run, confinement, real_time) for run in runs]
        try:
            for one in waiting:
                one.result()
        except BaseException:  # Ctrl-C above all: what the threads wait for must not keep the user waiting
            for run in runs:
                run.cancel()
            raise


def _alone(run: Run, confinement: Confinement | None, real_time: bool) -> None:
    with WarmServer(preloads(run.submission, run.tasks), confinement, real_time=real_time) as own:
        run.go(own)


def preloads(submission: Submission, tasks: Sequence[Task] = ()) -> list[str]:
    """Return what the warm server should import: of what is slow to import, what will be needed.

    Args:
        submission: what it imports itself is needed.
        tasks: those of exercises 3 to 5 need EC2.
    """
    names = set()
    for node in submission.tree.body:
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
    ec2 = [EC2_MODULE] if any(task.exercise >= 3 for task in tasks) else []
    return [*SERVER_MODULES, *ec2, *sorted(name for name in names if name.split(".")[0] in HEAVY)]


def _since(began: float) -> float:
    return round(time.monotonic() - began, 3)


def _not_started(task: Task) -> TaskResult:
    return TaskResult(task.id, task.function, "not_started", task.points, 0.0)


def unjudged(tasks: Sequence[Task]) -> tuple[TaskResult, ...]:
    """Return the verdicts on a submission of which nothing could be judged."""
    return tuple(TaskResult(task.id, task.function, "core_incomplete", task.points, 0.0) for task in tasks)


def _given_is_untouched(tree: ast.Module, tasks: Sequence[Task]) -> bool:
    """Return whether all but the tasks is as the course gives it: importing that cannot fail."""
    functions = {task.function for task in tasks}
    pristine = parse(Path(course_file("exercise.py")).read_bytes())
    return _rest(tree, functions) == _rest(pristine, functions)


def _rest(tree: ast.Module, functions: set[str]) -> list[str]:
    return [ast.dump(node) for node in tree.body if getattr(node, "name", None) not in functions]
