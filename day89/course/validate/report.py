"""Say what right and wrong answers showed about the grader: rates with bounds, a row for each miss, thin spots."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from day89 import __version__
from day89.course.exercise.tasks import Task
from day89.course.reports.analysis import exact_interval
from day89.course.validate.plan import Miss, Verdict

__all__ = ["Measurement", "draw", "markdown"]

LEAST_WHEATS, LEAST_CHAFFS = 4, 8


@dataclass(frozen=True)
class Measurement:
    """The findings of a run over the variants.

    Attributes:
        tasks: the tasks that were measured.
        seed: seed of made-up names and contents.
        isolation: what stood between the submissions and the grader.
        verdicts: what came of each variant.
        checks: names of all checks of each task, by task id.
    """

    tasks: tuple[Task, ...]
    seed: int
    isolation: str
    verdicts: tuple[Verdict, ...]
    checks: Mapping[str, tuple[str, ...]]

    @property
    def misses(self) -> tuple[Miss, ...]:
        """Return every error of the grader."""
        return tuple(miss for verdict in self.verdicts for miss in verdict.misses)

    def of(self, kind: str, task: str | None = None) -> list[Verdict]:
        """Return the verdicts on the wheats or the chaffs, of one task or of all."""
        return [one for one in self.verdicts if one.variant.kind == kind and task in (None, one.variant.task)]

    def missed(self, kinds: Sequence[str], task: str | None = None) -> int:
        """Count the variants, of one task or of all, that show an error of one of some kinds."""
        chosen = [one for one in self.verdicts if task in (None, one.variant.task)]
        return sum(any(miss.kind in kinds for miss in one.misses) for one in chosen)

    def redundant(self) -> dict[str, list[str]]:
        """Return, by task, the checks that no chaff needs: each one that they kill is killed by another check too."""
        needed = {(v.variant.task, v.failed[0].name) for v in self.of("chaff") if len(v.failed) == 1}
        spare = {id: [name for name in names if (id, name) not in needed] for id, names in self.checks.items()}
        return {id: names for id, names in spare.items() if names}

    def thin(self) -> list[str]:
        """Return what is said about tasks with few variants."""
        counts = Counter((one.variant.task, one.variant.kind) for one in self.verdicts)
        least = {"wheat": LEAST_WHEATS, "chaff": LEAST_CHAFFS}
        return [
            f"{task.id} {task.function}: {counts[task.id, kind]} {kind}s, {number} are wanted"
            for task in self.tasks
            for kind, number in least.items()
            if counts[task.id, kind] < number
        ]

    def as_json(self) -> dict[str, Any]:
        """Return the object that ``--json`` writes."""
        return {
            "schema": 1,
            "course": f"day89 {__version__}",
            "seed": self.seed,
            "isolation": self.isolation,
            "rates": [
                {"name": name, "errors": k, "of": n, "low": low, "high": high} for name, k, n, low, high in _rates(self)
            ],
            "misses": [asdict(miss) for miss in self.misses],
            "redundant": self.redundant(),
            "thin": self.thin(),
            "variants": [_variant(verdict) for verdict in self.verdicts],
        }


def _variant(verdict: Verdict) -> dict[str, Any]:
    one = verdict.variant
    failed = [{"check": check.name, "mistake": check.mistake, "message": check.message} for check in verdict.failed]
    return {"file": one.name, "task": one.task, "mistakes": one.mistakes, "earned": verdict.earned, "failed": failed}


def _rates(found: Measurement) -> list[tuple[str, int, int, float, float]]:
    wheats, chaffs = found.of("wheat"), found.of("chaff")
    rows = [
        ("false rejects (right answers that lose a point)", found.missed(["false reject"]), len(wheats)),
        ("false accepts (wrong answers that keep their points)", found.missed(["false accept"]), len(chaffs)),
        ("wrong reasons (checks name other mistakes only)", found.missed(["wrong reason"]), len(chaffs)),
    ]
    return [(name, errors, of, *exact_interval(errors, of)) for name, errors, of in rows]


def _rate(name: str, errors: int, of: int, low: float, high: float) -> str:
    share = f"{errors / of:.1%}" if of else "no"
    return f"{name}: {errors} of {of} = {share}, 95 % bounds {low:.1%} to {high:.1%}"


def draw(found: Measurement) -> str:
    """Return the whole finding as text for a terminal."""
    lines = [_rate(*row) for row in _rates(found)]
    total = len(found.of("chaff"))
    lines += [f"a message names the reason: {_named(found)} of {total} wrong answers; the first: {_first(found)}"]
    lines += [
        f"\n{miss.kind.upper()} {miss.file}\n  expected {miss.expected}\n  found    {miss.found}"
        for miss in found.misses
    ]
    lines += ["\nChecks that kill no wrong answer that no other check kills:"] if found.redundant() else []
    lines += [f"  {id}: {', '.join(names)}" for id, names in found.redundant().items()]
    lines += ["\nTasks with few variants:", *(f"  {line}" for line in found.thin())] if found.thin() else []
    return "\n".join([*lines, f"\n{len(found.misses)} misses (seed {found.seed}, isolation {found.isolation})"])


def _named(found: Measurement) -> int:
    return sum(any(check.mistake in one.variant.mistakes for check in one.failed) for one in found.of("chaff"))


def _first(found: Measurement) -> int:
    return sum(bool(one.failed) and one.failed[0].mistake in one.variant.mistakes for one in found.of("chaff"))


def markdown(found: Measurement) -> str:
    """Return the confusion table and the rates in Markdown; nothing in it changes from run to run."""
    head = "| task | function | right answers | rejected | wrong answers | accepted | for another reason |"
    rows = [head, "|---|---|---:|---:|---:|---:|---:|"]
    for task in found.tasks:
        id = task.id
        numbers = [len(found.of("wheat", id)), found.missed(["false reject"], id), len(found.of("chaff", id))]
        numbers += [found.missed(["false accept"], id), found.missed(["wrong reason"], id)]
        rows.append(f"| {id} | `{task.function}` | {' | '.join(map(str, numbers))} |")
    totals = [len(found.of("wheat")), found.missed(["false reject"]), len(found.of("chaff"))]
    totals += [found.missed(["false accept"]), found.missed(["wrong reason"])]
    rows.append(f"| | **all** | {' | '.join(f'**{number}**' for number in totals)} |")
    killers = sum(len(one.failed) for one in found.of("chaff")) / max(1, len(found.of("chaff")))
    rates = [f"- {_rate(*row)}" for row in _rates(found)]
    rates += [f"- the first message names the reason for {_first(found)} of {totals[2]} wrong answers"]
    rates += [f"- a wrong answer fails {killers:.1f} checks of its task on average"]
    return "\n".join([*rates, "", *rows])
