"""Turn a learner's session into what the page shows: plain data, made where the session lives."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from day89.course.exercise.tasks import Task
from day89.course.learn.lesson import docstring, section
from day89.course.learn.plain import verdict
from day89.course.learn.progress import progress_line, questions_due
from day89.course.learn.session import LearnerSession
from day89.course.learn.state import minutes_by_task
from day89.course.page.clouds import Checked, Query, shown
from day89.course.page.stream import Stream
from day89.course.reports import failure
from day89.course.reports.own import count_words, first_failure, price, printed_lines, title_of
from day89.course.results.results import CheckResult, TaskResult

__all__ = ["Learner"]

PRINTED_LINES = 200


class Learner:
    """The page of a learner's session.

    Args:
        stream: told of each change.
        cloud_address: where the page of *My cloud* is, should it run.
    """

    title = "day89"

    def __init__(self, stream: Stream, cloud_address: str) -> None:
        self.stream = stream
        self.cloud_address = cloud_address
        self._now: _Now | None = None
        self._lock = threading.Lock()

    def publish(self, session: LearnerSession) -> None:
        """Take over what a session shows now; called by the thread that runs it.

        While the checks run, the verdict before stays in place.
        """
        before, checking = self._now, session.status.startswith("checking")
        if checking and before is not None and before.task == session.task:
            now = _Now(before.task, {**before.data, "checking": True}, before.check)
        else:
            now = _Now(session.task, {**_data(session), "checking": checking}, session.told())
        if before is None or now.data != before.data or now.check is not before.check:
            with self._lock:
                self._now = now
            self.stream.changed()

    def context(self, query: Query) -> dict[str, Any]:
        """Return what the template is filled with."""
        with self._lock:
            now = self._now
        if now is None:
            return {
                "title": "Starting",
                "say": "The checks are being loaded.",
                "learner": None,
                "cloud": None,
                "calls": None,
            }
        check, cloud = now.check, None
        if check is not None and check.cloud is not None:
            cloud = shown(Checked(check.cloud, title_of(check)), query)
        return {
            "title": f"{now.task.id} {now.task.function}",
            "say": now.data["say"],
            "learner": now.data,
            "cloud": cloud,
            "cloud_address": self.cloud_address,
            "calls": _calls(check) if check is not None else None,
        }


@dataclass(frozen=True)
class _Now:
    task: Task
    data: Mapping[str, Any]
    check: CheckResult | None


def _as_markdown(text: str) -> str:
    """Return a docstring as Markdown: its arguments as a list, and code in single backticks."""
    return re.sub(r"^    (\w+): ", r"- `\1`: ", text, flags=re.MULTILINE).replace("``", "`")


def _data(session: LearnerSession) -> dict[str, Any]:
    screen, task = session.screen(), session.task
    result = screen.result
    failed = first_failure(result) if result else None
    spent = minutes_by_task(session.state.events())
    due = questions_due()
    return {
        "id": task.id,
        "function": task.function,
        "name": task.title,
        "minutes": task.minutes,
        "say": _say(session, result),
        "state": _state(session, result),
        "problem": session.problem,
        "failure": failure.parts(failed.as_json()) if failed and result and result.status != "not_started" else [],
        "failed": title_of(failed) if failed else "",
        "counts": count_words(result)[0] if failed and result else "",
        "checks": [(title_of(one), one.level, one.passed, one.status) for one in result.checks] if result else [],
        "passed": screen.passed,
        "broken": screen.broken or (),
        "printed": _printed(session.told()),
        "hints": (task.hints.goal, task.hints.look, task.hints.api, task.hints.example.strip()),
        "hints_shown": session.state[task.id].hints,
        "docstring": _as_markdown(docstring(task)),
        "doc": task.doc,
        "doc_title": f"Documentation: {task.doc.rstrip('/').rsplit('/', 1)[-1].removesuffix('.html')}",
        "lesson_title": task.lesson,
        "lesson": section(task, session.path.parent),
        "quiz": f"day89 quiz --web --exercise {task.exercise}",
        "due": due,
        "groups": [
            ("First hour", [_entry(one.task, session, spent) for one in screen.first_hour]),
            ("More", [_entry(one.task, session, spent) for one in screen.others]),
        ],
        "progress": progress_line(session.state),
        "left": screen.left,
        "open": f"vscode://file{session.path.resolve().as_posix()}:{(failed and failed.line) or session.line}",
        "place": session.path.name + (f" line {(failed and failed.line) or session.line}" if session.tree else ""),
        "status": "" if session.status.startswith("checking") else session.status,
    }


def _say(session: LearnerSession, result: TaskResult | None) -> str:
    if result is None and session.problem is None:
        return f"{session.task.id} {session.task.function} is being checked for the first time."
    return verdict(session)[0]


def _state(session: LearnerSession, result: TaskResult | None) -> str:
    if session.problem is not None:
        return "cannot be read"
    if result is None:
        return "not checked yet"
    return {"complete": "complete", "core_done": "core done", "not_started": "not started"}.get(
        result.status, "not yet"
    )


def _entry(task: Task, session: LearnerSession, spent: Mapping[str, float]) -> dict[str, Any]:
    one = session.state[task.id]
    minutes = spent.get(task.id, 0.0)
    took = f"{max(1, round(minutes))} min" if minutes else f"about {task.minutes} min"
    return {
        "id": task.id,
        "function": task.function,
        "word": one.word,
        "done": one.done,
        "took": took,
        "current": task == session.task,
    }


def _printed(check: CheckResult | None) -> Sequence[str]:
    return printed_lines(check.printed, 10_000, most=PRINTED_LINES, whole=len(check.printed) < 20_000) if check else ()


def _calls(check: CheckResult) -> dict[str, Any]:
    rows = [
        {
            "number": one.number,
            "operation": one.operation,
            "subject": one.subject,
            "answer": one.answer,
            "failed": one.answer[:1] in ("4", "5"),
            "ms": f"{one.ms:.1f}" if one.count == 1 else "",
            "price": price(one.usd),
        }
        for one in check.calls
    ]
    more = bool(check.calls) and check.calls[-1].truncated
    count = sum(one.count for one in check.calls)
    return {
        "rows": rows,
        "count": count,
        "hidden": 0,
        "total": price(sum(one.usd for one in check.calls)),
        "truncated": more,
    }
