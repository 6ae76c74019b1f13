"""Draw the loop's screen: a pure function from what is known to lines of text, for any width and height."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from day89.course.exercise.tasks import Task
from day89.course.reports.layout import clean, columns, fit, pad, sides, wrap
from day89.course.reports.own import (
    calls_lines,
    count_words,
    counted,
    failure_lines,
    first_failure,
    printed_lines,
    title_of,
)
from day89.course.results.results import CheckResult, TaskResult

__all__ = ["KEYS", "Entry", "FrameScreen", "FrameView", "frame"]

WIDE, LEFT = 110, 26  # from this width on a column with the tasks stands at the left
LEAST_WIDTH, LEAST_HEIGHT = 20, 6
FAILURE_LINES = 8
PRINTED_LINES, PRINTED_LEAST = 10, 2
KEYS = (
    ("n", "next task (once the core of this one works)", "next"),
    ("p", "the task before", ""),
    ("h", "next hint, four in all", "hint"),
    ("e", "edit: $VISUAL, VS Code, or the place to open", "edit"),
    ("d", "the docstring: all that is asked", "docstring"),
    ("t", "every AWS call, with its parameters", "trace"),
    ("o", "everything it printed", "output"),
    ("r", "check again, with the same seed", ""),
    ("a", "check every task", ""),
    ("l", "list of tasks: arrows, Enter, / to search", "list"),
    ("s", "the course's solution (once yours is complete)", ""),
    ("w", "the page: verdict, calls and cloud in the browser", "page"),
    ("x", "put the task's stub back (y/n; keeps a .bak)", ""),
    ("?", "these keys", "keys"),
    ("q", "quit", "quit"),
)


@dataclass(frozen=True)
class Entry:
    """A task in the list.

    Attributes:
        task: the task.
        mark: ``ok``, ``>``, ``..`` (begun) or nothing.
        note: its minutes or what is left, in a word.
        done: whether its core works.
    """

    task: Task
    mark: str
    note: str
    done: bool = False


@dataclass(frozen=True)
class FrameView:
    """A text in place of the task: hint, docstring, trace, output, solution, keys or the list.

    Attributes:
        title: what it is.
        lines: its lines, wide ones are shortened; of prose, see ``prose``.
        prose: wrap the lines to the width.
        top: the first line that is shown.
        cursor: the chosen line of a list, or None.
    """

    title: str
    lines: tuple[str, ...]
    prose: bool = False
    top: int = 0
    cursor: int | None = None


@dataclass(frozen=True)
class FrameScreen:
    """Everything that the screen shows.

    Attributes:
        task: the open task.
        place: where it is, such as ``exercise.py:94``.
        result: its verdict, or None where there is none yet.
        problem: why the file cannot be judged, or None.
        hints: the hints that were shown, in order.
        first_hour: the tasks that the first hour offers.
        others: the other tasks.
        today: minutes of today, tasks done, questions due: one line.
        left: about how many minutes the first hour still takes.
        passed: what is said about a pass: what it was for, what comes next.
        may_go_on: the core of the task works.
        broken: tasks that passed before and do not now.
        status: when the file was saved, how long the checks took, or what goes on.
        docstring: the task's docstring.
        note: one line that answers a key, or nothing.
        view: a text that stands in place of the task.
    """

    task: Task
    place: str
    result: TaskResult | None = None
    problem: str | None = None
    hints: tuple[str, ...] = ()
    first_hour: tuple[Entry, ...] = ()
    others: tuple[Entry, ...] = ()
    today: str = ""
    left: int = 0
    passed: tuple[str, ...] = ()
    may_go_on: bool = False
    broken: tuple[str, ...] | None = None
    status: str = ""
    docstring: str = ""
    note: str = ""
    view: FrameView | None = None


def frame(screen: FrameScreen, width: int, height: int) -> list[str]:
    """Return the lines of the screen: at most ``height``, each at most ``width`` columns wide.

    Args:
        screen: what to show.
        width: columns of the terminal.
        height: lines of the terminal.
    """
    width, height = max(width, LEAST_WIDTH), max(height, LEAST_HEIGHT)
    head = _head(screen, width)
    foot = _foot(screen, width)
    room = height - len(head) - len(foot)
    if screen.view is not None:
        body = _view(screen.view, width, room)
    elif width >= WIDE and room >= 10:
        left = _left(screen, room)
        right = _body(screen, width - LEFT - 3, room, wide=True)
        rows = max(len(left), len(right))
        left, right = (side + [""] * (rows - len(side)) for side in (left, right))
        body = [f"{pad(a, LEFT)} | {b}".rstrip() for a, b in zip(left, right, strict=True)]
    else:
        body = _body(screen, width, room, wide=False)
    body = body[:room]
    return [fit(line, width) for line in [*head, *body, *[""] * (room - len(body)), *foot]]


def _head(screen: FrameScreen, width: int) -> list[str]:
    done = sum(entry.done for entry in screen.first_hour)
    if done < len(screen.first_hour):
        bar = "".join("#" if entry.done else "." for entry in screen.first_hour)
        where = f"day89  first hour  {done} of {len(screen.first_hour)} done   {bar}"
        left = f", about {screen.left} to go" if screen.left else ""
    else:
        every = [*screen.first_hour, *screen.others]
        where = f"day89  {sum(entry.mark == 'ok' for entry in every)} of {len(every)} tasks done"
        left = ""
    task = screen.task
    name = f"{task.id} {task.function}   {task.title}"
    return [
        sides(where, screen.today + left, width),
        sides(name, f"{screen.place}   about {task.minutes} min", width),
        "-" * width,
    ]


def _foot(screen: FrameScreen, width: int) -> list[str]:
    if screen.view is not None:
        keys = "arrows or space move   Esc closes   q quits"
        if screen.view.cursor is not None:
            keys = "arrows move   Enter opens   / searches   Esc closes   q quits"
        return ["", sides(keys, screen.note, width)]
    words = "" if screen.broken is None else "No task that worked before has broken."
    if screen.broken:
        words = f"Worked before, and does not now: {', '.join(screen.broken)}. See l."
    shown = [(key, word) for key, _, word in KEYS if word and (key != "n" or screen.may_go_on)]
    keys = ""
    for key, word in shown:
        one = f"{key} {word}"
        if columns(keys) + columns(one) + 2 <= width:
            keys += ("  " if keys else "") + one
    return [sides(words, screen.status, width), screen.note, keys]


def _view(view: FrameView, width: int, room: int) -> list[str]:
    lines = _prose("\n".join(view.lines), width) if view.prose else [fit(clean(line), width) for line in view.lines]
    room -= 2
    top = min(view.top, max(0, len(lines) - room))
    if view.cursor is not None:
        top = max(0, min(view.cursor - room // 2, len(lines) - room))
    shown = lines[top : top + room]
    more = len(lines) - top - len(shown)
    count = f"{more} more lines" if more > 0 else ("end" if top else "")
    return [sides(view.title, count, width), "", *shown]


def _prose(text: str, width: int) -> list[str]:
    """Return lines that keep their indentation; only those that are too long are wrapped."""
    lines: list[str] = []
    for line in clean(text).split("\n"):
        indent = line[: len(line) - len(line.lstrip())]
        lines += wrap(line, width, indent, indent) if columns(line) > width else [line]
    return lines


def _left(screen: FrameScreen, room: int) -> list[str]:
    lines = [sides("FIRST HOUR", "min", LEFT), *(_entry(entry) for entry in screen.first_hour)]
    for hour, words in ((1, "TIME LEFT?"), (2, "HOUR 2"), (3, "HOUR 3"), (4, "HOUR 4")):
        entries = [entry for entry in screen.others if entry.task.hour == hour]
        if not entries:
            continue
        minutes = sum(entry.task.minutes for entry in entries)
        lines += ["", sides(words, f"~{minutes}", LEFT)]
        lines += [_entry(entry) for entry in entries] if room > 34 else _short(entries)
    return lines[:room]


def _entry(entry: Entry) -> str:
    return sides(f"{entry.mark:<2} {entry.task.id} {entry.task.function}", entry.note, LEFT)


def _short(entries: Sequence[Entry]) -> list[str]:
    return wrap(" ".join(f"{entry.task.id}{'*' if entry.done else ''}" for entry in entries), LEFT, "   ")


def _body(screen: FrameScreen, width: int, room: int, *, wide: bool) -> list[str]:
    result = screen.result
    about = [*_fill(_prose(screen.docstring.split("\n\nArgs:")[0], width), max(3, room // 3)), ""] if wide else []
    if screen.problem is not None:
        return [*about, "x  the file cannot be judged", *wrap(screen.problem, width, "   ")]
    hint = _hint(screen, width)
    if result is None:
        return [*about, "Checking ..."]
    if result.status == "not_started":
        first = _prose(screen.docstring, width) if not wide else []
        lines = ["Not started: write its body, and save the file. d shows the whole docstring.", ""]
        return [*lines, *about, *_fill(first, room - len(lines) - len(hint)), *hint]
    if result.status == "complete":
        return [*about, *_pass(screen, result, width, room)]
    check = first_failure(result)
    if check is None:
        return [*about, "Checking ..."]
    return [*about, *_failed(screen, result, check, width, room - len(about), hint)]


def _failed(
    screen: FrameScreen, result: TaskResult, check: CheckResult, width: int, room: int, hint: Sequence[str]
) -> list[str]:
    title = title_of(check)
    count = next((words for words in count_words(result) if columns(title + words) + 5 <= width), "")
    failure = [sides(f"x  {title}", count, width), *failure_lines(check, width, most=max(FAILURE_LINES, room - 9))]
    failure = _fill(failure, max(6, room - 6))
    room -= len(failure)
    hint = _fill(list(hint), max(3, room // 3)) if hint else []
    room -= len(hint)
    calls = ["", *calls_lines(check.calls, width)]
    printed = _printed(check, width, max(PRINTED_LEAST, room - len(calls) - 2))
    return [*failure, *_shorten(calls, room - len(printed)), *printed, *hint]


def _printed(check: CheckResult, width: int, most: int) -> list[str]:
    lines = printed_lines(check.printed, width, most=min(most, PRINTED_LINES))
    return ["", *lines] if lines else []


def _shorten(calls: list[str], room: int) -> list[str]:
    """Cut the middle out of a trace, but not its heading, its first call and its end."""
    if len(calls) <= room:
        return calls
    kept = max(room - 4, 1)
    return [*calls[:3], "     ... (t shows all)", *calls[-kept:]] if room >= 5 else calls[: max(room, 2)]


def _fill(lines: list[str], room: int) -> list[str]:
    return lines if len(lines) <= room else [*lines[: max(room - 1, 0)], "   ..."]


def _hint(screen: FrameScreen, width: int) -> list[str]:
    if not screen.hints:
        return []
    return ["", *wrap(screen.hints[-1], width, f"Hint {len(screen.hints)} of 4: ", "  ")]


def _pass(screen: FrameScreen, result: TaskResult, width: int, room: int) -> list[str]:
    first = result.checks[0] if result.checks else None
    passed = f"{counted(len(result.checks), 'check')} passed"
    lines = [f"ok  {result.function}: {passed}, {result.earned:g} of {result.points:g} points"]
    for words in screen.passed:
        lines += ["", *wrap(words, width)]
    if first is None:
        return lines
    calls = ["", *calls_lines(first.calls, width)]
    room -= len(lines)
    printed = _printed(first, width, max(PRINTED_LEAST, room - len(calls) - 2))
    return [*lines, *_shorten(calls, max(room - len(printed), 3)), *printed]
