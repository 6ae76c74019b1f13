"""Decide what has to be graded to measure the grader, and judge what came of it. Nothing here runs or draws.

Right answers are graded in company: each *mix* is one whole submission in which as many tasks as possible have another
right answer than the solution's, so that a wheat that would harm another task is found too. Where a mix loses points,
its wheats are graded alone, to find out whose fault it is. Wrong answers are graded alone, in their own task and in the
tasks that reach what they replaced without reaching the task; no other task can tell them from the solution.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from day89.course.exercise.graph import touched
from day89.course.exercise.tasks import Task
from day89.course.results.results import CheckResult, SubmissionResult
from day89.course.validate.variants import Variant

__all__ = ["Job", "Miss", "Verdict", "chaff_job", "judge_chaff", "judge_wheat", "mixes", "wheat_job"]


@dataclass(frozen=True)
class Job:
    """One submission to grade.

    Attributes:
        name: what is shown while it is graded.
        variants: what it is built from, on top of the solution.
        tasks: ids of the tasks to grade.
        source: text of the whole submission, where it is not built from variants.
        seed: a seed of its own, which also decides the order of the checks; None is everybody's.
    """

    name: str
    variants: tuple[Variant, ...]
    tasks: tuple[str, ...]
    source: str | None = None
    seed: int | None = None

    @property
    def is_mix(self) -> bool:
        """Return whether it is made of right answers."""
        return all(variant.kind == "wheat" for variant in self.variants)


@dataclass(frozen=True)
class Miss:
    """One error of the grader.

    Attributes:
        file: the variant.
        kind: ``false reject``, ``false accept``, ``wrong reason``, ``other task``, ``boundary`` or ``broken``.
        expected: what should have come of it.
        found: what came of it.
    """

    file: str
    kind: str
    expected: str
    found: str


@dataclass(frozen=True)
class Verdict:
    """The outcome of one variant.

    Attributes:
        variant: the variant.
        failed: the checks of its own task that it failed, in order.
        earned: points earned in its own task.
        misses: the errors of the grader that it shows.
    """

    variant: Variant
    failed: tuple[CheckResult, ...]
    earned: float
    misses: tuple[Miss, ...]


def mixes(wheats: Sequence[Variant], tasks: Sequence[Task], graph: Mapping[str, frozenset[str]]) -> list[Job]:
    """Spread right answers over as few whole submissions as can be.

    Args:
        wheats: the right answers.
        tasks: all tasks.
        graph: what ``validate_graph.reaches`` found in the solution.
    """
    groups: list[list[Variant]] = []
    for wheat in wheats:
        home = next((group for group in groups if _goes_with(wheat, group)), None)
        if home is None:
            groups.append(home := [])
        home.append(wheat)
    return [_mix(number, group, tasks, graph) for number, group in enumerate(groups, 1)]


def _goes_with(wheat: Variant, group: Iterable[Variant]) -> bool:
    return all(wheat.task != other.task and not wheat.binds & other.binds for other in group)


def _mix(number: int, group: Sequence[Variant], tasks: Sequence[Task], graph: Mapping[str, frozenset[str]]) -> Job:
    chosen = touched({name for one in group for name in one.binds}, graph, tasks)
    return Job(f"mix {number} of right answers", tuple(group), tuple(task.id for task in chosen))


def wheat_job(wheat: Variant, tasks: Sequence[Task], graph: Mapping[str, frozenset[str]]) -> Job:
    """Return the job that grades a right answer alone, in every task that can tell it from the solution's."""
    return Job(wheat.name, (wheat,), tuple(task.id for task in touched(wheat.binds, graph, tasks)))


def chaff_job(chaff: Variant, tasks: Sequence[Task], graph: Mapping[str, frozenset[str]]) -> Job:
    """Return the job that grades a wrong answer: its own task, and those that it must not harm but could."""
    (own,) = [task for task in tasks if task.id == chaff.task]
    depends = {task.id for task in touched({own.function}, graph, tasks)}
    bystanders = [task.id for task in touched(chaff.binds, graph, tasks) if task.id not in depends]
    return Job(chaff.name, (chaff,), (own.id, *bystanders))


def judge_chaff(chaff: Variant, result: SubmissionResult) -> Verdict:
    """Judge the grader by a wrong answer: points must be lost, in its own task, and no other reason be named for it.

    No reason at all is no error: a mistake is named only where there is evidence for it.
    """
    own = _failed(result, chaff.task)
    earned = sum(task.earned for task in result.tasks if task.id == chaff.task)
    wanted, reason = " or ".join(chaff.mistakes), f"task {chaff.task} loses points for {' or '.join(chaff.mistakes)}"
    named = {check.mistake for check in own} - {None}
    misses = [*_broken(chaff, result)]
    if not own:
        misses.append(Miss(chaff.name, "false accept", reason, "it keeps all its points"))
    elif named and not named & set(chaff.mistakes):
        found = "; ".join(f"{check.name} says {check.mistake}: {check.message}" for check in own)
        misses.append(Miss(chaff.name, "wrong reason", f"a check that says {wanted}", found))
    if chaff.most is not None and earned > chaff.most:
        kept = _passed(result, chaff.task)
        found = f"it earns {earned:g}, by {', '.join(kept)}"
        misses.append(Miss(chaff.name, "false accept", f"it earns {chaff.most:g} at most", found))
    for task in result.tasks:
        if task.id != chaff.task and _failed(result, task.id):
            misses.append(Miss(chaff.name, "other task", f"task {task.id} loses nothing", _words(result, task.id)))
    return Verdict(chaff, own, earned, tuple(misses))


def judge_wheat(wheat: Variant, result: SubmissionResult, tasks: Collection[str] | None = None) -> Verdict:
    """Judge the grader by a right answer: no task may lose a point.

    Args:
        wheat: the right answer.
        result: what came of it, alone or in a mix.
        tasks: the tasks to look at; None looks at all that were graded.
    """
    looked = [task.id for task in result.tasks if tasks is None or task.id in tasks]
    misses = [
        Miss(wheat.name, "false reject", f"task {id} keeps all its points", _words(result, id))
        for id in looked
        if _failed(result, id)
    ]
    earned = sum(task.earned for task in result.tasks if task.id == wheat.task)
    return Verdict(wheat, _failed(result, wheat.task), earned, (*_broken(wheat, result), *misses))


def _broken(variant: Variant, result: SubmissionResult) -> list[Miss]:
    if result.status == "graded":
        return []
    return [Miss(variant.name, "broken", "it is graded", f"{result.status}: {result.message}")]


def _failed(result: SubmissionResult, id: str) -> tuple[CheckResult, ...]:
    return tuple(check for task in result.tasks if task.id == id for check in task.checks if not check.passed)


def _passed(result: SubmissionResult, id: str) -> list[str]:
    return [check.name for task in result.tasks if task.id == id for check in task.checks if check.passed]


def _words(result: SubmissionResult, id: str) -> str:
    return "; ".join(f"{check.name}: {check.message}" for check in _failed(result, id))
