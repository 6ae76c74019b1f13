"""Remember a learner's way through the course, beside ``exercise.py`` in ``.day89/`` and nowhere else.

``progress.json`` is where each task stands; ``events.jsonl`` is what happened, a line each, only ever appended to.
Copying the folder copies both. They are a cache: a verdict is never read from them, and the loop can rebuild them.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from day89.course.results.results import TaskResult

__all__ = ["FOLDER", "PAUSE_SECONDS", "LearnerEvent", "LearnerState", "TaskState", "minutes_by_day", "minutes_by_task"]

FOLDER = ".day89"
SCHEMA = 1
# A longer gap between two events is a break, not work: it counts as this much.
PAUSE_SECONDS = 600.0


@dataclass
class TaskState:
    """Where one task stands.

    Attributes:
        status: ``not_started``, ``core_incomplete``, ``core_done`` or ``complete``.
        earned: points.
        hints: how many of its hints were shown.
        fingerprint: of the code that was judged, or None.
        check: the check that failed first, or None.
        seed: the seed that it was judged with, or None.
        again: it is to be judged again: its checks have changed.
    """

    status: str = "not_started"
    earned: float = 0.0
    hints: int = 0
    fingerprint: str | None = None
    check: str | None = None
    seed: int | None = None
    again: bool = False

    @property
    def done(self) -> bool:
        """Return whether its core works: what the hours count."""
        return self.status in ("core_done", "complete")

    @property
    def word(self) -> str:
        """Return the state in words."""
        return self.status.replace("_", " ")


@dataclass(frozen=True)
class LearnerEvent:
    """Something that happened.

    Attributes:
        at: when, with its time zone.
        kind: ``opened``, ``saved``, ``key`` or ``hint``.
        task: id of the task that was open.
        facts: seed, passed, failed, check, mistake, hint: what belongs to the kind.
    """

    at: datetime
    kind: str
    task: str
    facts: Mapping[str, Any] = field(default_factory=dict)


class LearnerState:
    """The memory of one course folder.

    Args:
        folder: the folder with ``exercise.py``.

    Attributes:
        trouble: why something could not be read or written, in one sentence, or None.
        tasks: where each task stands, by id.
        current: id of the task that was open last, or None.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder / FOLDER
        self.trouble: str | None = None
        self.tasks: dict[str, TaskState] = {}
        self.current: str | None = None
        self._read()

    def __getitem__(self, task: str) -> TaskState:
        """Return where a task stands."""
        return self.tasks.setdefault(task, TaskState())

    def note(self, result: TaskResult, fingerprint: str | None, seed: int) -> None:
        """Take over a verdict."""
        failed = next((check.name for check in result.checks if not check.passed), None)
        one = self[result.id]
        one.status, one.earned, one.check = result.status, result.earned, failed
        one.fingerprint, one.seed, one.again = fingerprint, seed, False

    def save(self) -> None:
        """Write ``progress.json``; where that is impossible, say so in ``trouble`` and go on."""
        data = {
            "schema": SCHEMA,
            "current": self.current,
            "tasks": {id: asdict(one) for id, one in sorted(self.tasks.items())},
        }
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            _replace(self.folder / "progress.json", json.dumps(data, indent=1) + "\n")
        except OSError as error:
            self.trouble = f"progress is not kept: {FOLDER}/progress.json: {error.strerror}"

    def add(self, kind: str, task: str, **facts: Any) -> None:
        """Append an event."""
        at = datetime.now(UTC).isoformat(timespec="seconds")
        line = json.dumps({"at": at, "event": kind, "task": task, **facts}) + "\n"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with (self.folder / "events.jsonl").open("a", encoding="utf-8") as file:
                file.write(line)
        except OSError as error:
            self.trouble = f"progress is not kept: {FOLDER}/events.jsonl: {error.strerror}"

    def events(self) -> Iterator[LearnerEvent]:
        """Go through the events; a line that is none is passed over."""
        try:
            lines = (self.folder / "events.jsonl").read_text("utf-8", "replace").splitlines()
        except OSError:
            return
        for line in lines:
            try:
                row = json.loads(line)
                at = datetime.fromisoformat(row.pop("at"))
                event = LearnerEvent(
                    at.replace(tzinfo=at.tzinfo or UTC), str(row.pop("event")), str(row.pop("task")), row
                )
            except (ValueError, KeyError, TypeError, AttributeError):
                continue
            yield event

    def _read(self) -> None:
        path = self.folder / "progress.json"
        try:
            data = json.loads(path.read_text("utf-8"))
            if data["schema"] != SCHEMA:
                raise ValueError(f"schema {data['schema']}")
            known = TaskState.__dataclass_fields__
            self.tasks = {
                str(id): TaskState(**{name: value for name, value in one.items() if name in known})
                for id, one in data["tasks"].items()
            }
            self.current = data["current"]
        except FileNotFoundError:
            return
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            self.tasks, self.current = {}, None
            self.trouble = f"{FOLDER}/progress.json cannot be read: press a to check every task again"


def minutes_by_task(events: Iterable[LearnerEvent]) -> dict[str, float]:
    """Return the minutes spent on each task: the gaps between events, each counted as ten minutes at most."""
    spent: dict[str, float] = {}
    for event, seconds in _gaps(events):
        spent[event.task] = spent.get(event.task, 0.0) + seconds / 60
    return spent


def minutes_by_day(events: Iterable[LearnerEvent]) -> dict[date, float]:
    """Return the minutes spent on each day, of this machine's time zone."""
    spent: dict[date, float] = {}
    for event, seconds in _gaps(events):
        day = event.at.astimezone().date()
        spent[day] = spent.get(day, 0.0) + seconds / 60
    return spent


def _gaps(events: Iterable[LearnerEvent]) -> Iterator[tuple[LearnerEvent, float]]:
    """Go through events with the seconds before each; opening a task after a break begins anew."""
    before: LearnerEvent | None = None
    for event in events:
        seconds = (event.at - before.at).total_seconds() if before is not None else 0.0
        away = event.kind == "opened" and seconds > PAUSE_SECONDS
        # What is done between two events is done on the task that was open then.
        worked = before if before is not None and event.kind == "opened" else event
        yield worked, 0.0 if away else min(max(seconds, 0.0), PAUSE_SECONDS)
        before = event


def _replace(path: Path, text: str) -> None:
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".progress-", suffix=".json")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
