"""Charge a mistake once: judge a task with the course's own functions in place of those it calls that do not work.

What a task calls directly is replaced. What runs on an instance cannot be, as the instance runs the submission's own
file: there a check that fails is not judged.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence

from day89.course.exercise.graph import reaches
from day89.course.exercise.submission import Submission, stubs
from day89.course.exercise.tasks import Task, task, tasks
from day89.course.grading.run import Run
from day89.course.results.results import CheckResult, TaskStatus

__all__ = ["follow_through", "needs"]

# Functions that take and return plain values, and so can run on the grader's side of the boundary.
REPLACEABLE = frozenset(one.function for one in tasks() if one.exercise <= 3 or one.id == "4.2")
# Task to the tasks whose function, or its result, runs on the instance that it launches.
ON_THE_INSTANCE = {"4.4": ("4.1", "4.3"), "5.4": ("5.2", "5.3")}

STARTED = ("core_incomplete", "core_done")


def follow_through(
    submission: Submission, runs: Sequence[Run], make: Callable[..., Run], go: Callable[[Sequence[Run]], None]
) -> None:
    """Judge the checks that fail once more where other tasks' functions may be the cause; change what the runs found.

    Args:
        submission: the submission.
        runs: its runs, which have ended.
        make: makes another run of some tasks.
        go: has runs done.
    """
    source = submission.data.decode("utf-8-sig")
    state = {one.id: run.verdict(one).status for run in runs for one in run.tasks}
    wrong = [one for run in runs for one in run.tasks if state[one.id] in STARTED]
    if not (asked := {one.id: needs(source, one) for one in wrong if needs(source, one)}):
        return
    state |= _others(submission, {other.id: other for found in asked.values() for other in found}, state, make, go)
    carried = {
        id: [other.function for other in found if state[other.id] != "complete" and other.function in REPLACEABLE]
        for id, found in asked.items()
    }
    if carried := {id: functions for id, functions in carried.items() if functions}:
        failed = [id for run in runs for id, result in run.found.items() if result.status == "failed"]
        again = make([task(id) for id in carried], watch=None, carried=carried, only=failed)
        go([again])
        if again.status == "graded":
            for run in runs:
                run.found |= {id: result for id, result in again.found.items() if id in run.found}
                run.stood_in |= {one.id: carried[one.id] for one in run.tasks if one.id in carried}
    state |= {one.id: run.verdict(one).status for run in runs for one in run.tasks}
    for run in runs:
        run.found |= {id: _blocked(run.checks[id].task, result, state) for id, result in run.found.items()}


def _others(
    submission: Submission,
    asked: Mapping[str, Task],
    known: Mapping[str, TaskStatus],
    make: Callable[..., Run],
    go: Callable[[Sequence[Run]], None],
) -> dict[str, TaskStatus]:
    """Return the status of the tasks that others call and that were not to be judged: they are judged beside them."""
    idle = stubs(submission.tree, [one.function for one in asked.values()])
    left = [one for one in asked.values() if one.id not in known and one.function not in idle]
    found: dict[str, TaskStatus] = {one.id: "not_started" for one in asked.values() if one.function in idle}
    if left:
        run = make(left, watch=None)
        go([run])
        found |= {one.id: run.verdict(one).status for one in left}
    return found


def needs(source: str, one: Task) -> tuple[Task, ...]:
    """Return the other tasks whose functions a task's own function calls, or has run on an instance.

    Args:
        source: text of the submission.
        one: the task.
    """
    graph = _direct(source)
    called = graph.get(one.function, frozenset()) - {one.function}
    launched = ON_THE_INSTANCE.get(one.id, ())
    return tuple(other for other in tasks() if other.function in called or other.id in launched)


def _direct(source: str) -> dict[str, frozenset[str]]:
    """Return what each function calls in its own process: what an instance runs is another matter."""
    tree = ast.parse(source)
    tree.body = [node for node in tree.body if getattr(node, "name", None) != "main"]
    return reaches(ast.unparse(tree))


def _blocked(id: str, result: CheckResult, state: Mapping[str, TaskStatus]) -> CheckResult:
    """Return the result of a check; not judged where its instance ran code of a task whose core does not work."""
    first = [other for other in ON_THE_INSTANCE.get(id, ()) if state.get(other) in ("not_started", "core_incomplete")]
    if result.status != "failed" or not result.launched or not first:
        return result
    message = f"not judged: {' and '.join(first)} {'has' if len(first) == 1 else 'have'} to work first"
    facts = {name: getattr(result, name) for name in ("name", "level", "points", "seconds", "calls", "printed")}
    return CheckResult(outcome="blocked", message=message, **facts)
