"""Run the loop without a screen: a short verdict a save, one after the other, for pipes and screen readers."""

from __future__ import annotations

import ast
import select
import sys
import time
from collections.abc import Callable, Sequence
from typing import TextIO

from day89.course.exercise.submission import stubs
from day89.course.exercise.tasks import Task, tasks
from day89.course.learn.fingerprint import fingerprints
from day89.course.learn.loop import POLL_SECONDS, Stamp, stamp
from day89.course.learn.session import LearnerSession
from day89.course.reports import failure
from day89.course.reports.layout import clean
from day89.course.reports.own import count_words, first_failure, price, printed_lines, title_of
from day89.course.results.results import CheckResult

__all__ = ["changed", "learn_plainly", "verdict"]

KEYS = "Type h for a hint, d for the docstring, t for the AWS calls, n for the next task, q to quit, then Enter."


def verdict(session: LearnerSession) -> list[str]:
    """Return the verdict on the open task as sentences, a line each: no table, no box, no cursor moves."""
    name = f"{session.task.id} {session.task.function}"
    if session.problem is not None:
        return [f"{session.path.name} cannot be judged: {clean(session.problem)}"]
    result = session.result
    if result is None or result.status == "not_started":
        return [f"{name} is not started: write its body at {session.path.name} line {session.line}, and save the file."]
    if result.status == "complete":
        return [f"{name} is complete: all {len(result.checks)} checks pass.", *session.screen().passed]
    check = first_failure(result)
    if check is None:
        return [f"{name} could not be judged."]
    lines = [f"{name}, not yet: {title_of(check)}. {count_words(result)[0]}."]
    lines += [clean(line) for line in failure.as_text(check.as_json()).split("\n")]
    lines += [_calls(check), *printed_lines(check.printed, 500)]
    return [*lines, f"Stuck? day89 hint {session.task.id}. To debug: day89 debug {session.task.id}."]


def _calls(check: CheckResult) -> str:
    if not check.calls:
        return "asked of AWS: nothing"
    shown = check.calls if len(check.calls) <= 6 else [*check.calls[:2], *check.calls[-3:]]
    words = "; ".join(clean(f"{one.operation} {one.subject} {one.answer}") for one in shown)
    count = sum(one.count for one in check.calls)
    total = price(sum(one.usd for one in check.calls))
    more = "; no call for the next page" if check.calls[-1].truncated else ""
    return f"asked of AWS: {count} call{'' if count == 1 else 's'}, {total} in all: {words}{more}"


def changed(before: ast.Module | None, after: ast.Module | None, chosen: Sequence[Task]) -> tuple[Task, ...]:
    """Return the tasks whose code differs between two versions of a file, with everything that it uses.

    Args:
        before: the version before, or None.
        after: the version now, or None where it cannot be parsed.
        chosen: the tasks to look at.
    """
    if before is None or after is None:
        return ()
    functions = [task.function for task in chosen]
    old, new = fingerprints(before, functions), fingerprints(after, functions)
    return tuple(task for task in chosen if old.get(task.function) != new.get(task.function))


def learn_plainly(session: LearnerSession, chosen: Sequence[Task] = (), out: TextIO | None = None) -> None:
    """Run the loop until the learner quits or interrupts it.

    Args:
        session: what is open.
        chosen: tasks to stay with; none goes to the task whose code a save has changed.
        out: where to write; None is standard output.
    """
    out = out or sys.stdout
    say: Callable[[Sequence[str]], None] = lambda lines: print("\n".join([*lines, ""]), file=out, flush=True)  # noqa: E731
    typing = sys.stdin.isatty()
    seen = stamp(session.path)  # before it is read: what is saved while a check runs is checked after it
    try:
        _check(session, say, chosen[:1])
        for task in chosen[1:]:
            _check(session, say, [task])
        say([f"Waiting for {session.path} to be saved; Ctrl-C ends.", *([KEYS] if typing else [])])
        _go_on(session, chosen, say, typing, seen)
    except KeyboardInterrupt:
        say([""])


def _go_on(
    session: LearnerSession,
    chosen: Sequence[Task],
    say: Callable[[Sequence[str]], None],
    typing: bool,
    seen: Stamp,
) -> None:
    while True:
        if typing and select.select([sys.stdin], [], [], POLL_SECONDS)[0]:
            words = sys.stdin.readline()
            if not words or not _press(session, words.strip()[:1] or "r", say):
                return
        elif not typing:
            time.sleep(POLL_SECONDS)
        now = stamp(session.path)
        if now is None or now == seen:
            continue
        seen, before = now, session.tree
        session.problem = session.parse()
        touched = changed(before, session.tree, chosen or tasks()) if session.problem is None else ()
        _check(session, say, touched)


def _check(session: LearnerSession, say: Callable[[Sequence[str]], None], chosen: Sequence[Task]) -> None:
    for task in chosen or [session.task]:
        if task != session.task:
            session.open(task)
        if _begun(session):
            say([f"Checking {task.id} {task.function} ..."])
        session.check()
        lines = verdict(session)
        session.check_others()
        if session.broken:
            lines.append(f"Worked before, and does not now: {', '.join(session.broken)}.")
        say(lines)
        session.shown()


def _begun(session: LearnerSession) -> bool:
    """Tell whether there is an answer to check: a stub, and a file that cannot be read, have their verdict at once."""
    if session.parse() is not None or session.tree is None:
        return False
    return session.task.function not in stubs(session.tree, [session.task.function])


def _press(session: LearnerSession, key: str, say: Callable[[Sequence[str]], None]) -> bool:
    """Do what a typed letter asks for; return whether to go on."""
    wanted = session.press(key)
    if wanted == "quit":
        return False
    if wanted == "check all":
        session.check_all()
    elif wanted == "check":
        _check(session, say, [session.task])
        return True
    elif wanted == "edit":
        session.note = f"{session.path.resolve()} line {session.line}"
    session.shown()
    screen = session.screen()
    if screen.view is not None:
        say([screen.view.title, *map(clean, screen.view.lines)])
        session.press("escape")
    elif key == "h" and screen.hints:
        say([f"Hint {len(screen.hints)} of 4: {screen.hints[-1]}"])
    elif screen.note:
        say([screen.note])
    return True
