"""Read ``quiz/*.toml``; refuse a file that is not a quiz with the place and the remedy."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from day89.course.exercise.tasks import exercises, mistakes, numbers
from day89.course.quiz.model import (
    ASKS,
    CHOICE_TYPES,
    OUTCOMES,
    TYPES,
    Option,
    OrderedLine,
    Question,
    Quiz,
    Topic,
    Verify,
    WrongOption,
)
from day89.errors import UsageError

__all__ = ["find_folder", "load_quiz", "load_topic"]

SCHEMA = 1
LETTERS = "abcdefghijklmnopqrstuvwxyz"
MISCONCEPTIONS = "misconceptions.toml"
REQUIRED = (
    "id",
    "version",
    "type",
    "ask",
    "outcome",
    "exercise",
    "section",
    "stem",
    "explain",
    "refs",
    "checked",
    "valid_until",
)
KEYS = {
    "file": ("schema", "title", "position", "checked", "valid_until", "question"),
    "option": ("text", "prints", "raises", "code", "correct", "why", "misconception"),
    "line": ("code", "place", "why", "misconception"),
    "wrong": ("value", "why", "misconception"),
    "verify": ("setup", "run", "check", "cloud", "reason_not_run"),
}
KNOWN = {*REQUIRED, "code", "language", "option", "line", "answers", "tolerance", "unit", "wrong", "hints", "verify"}


def find_folder() -> Path:
    """Return the folder of the questions: beside the package in a checkout, inside it when installed.

    Raises:
        UsageError: neither place has one.
    """
    package = Path(__file__).resolve().parents[2]
    for folder in (package.parent / "quiz", package / "_files" / "quiz"):
        if (folder / MISCONCEPTIONS).is_file():
            return folder
    raise UsageError("no quiz folder found beside or inside the package; reinstall day89")


def load_quiz(folder: Path | None = None, broken: list[str] | None = None) -> Quiz:
    """Read every topic of a folder.

    Args:
        folder: where the ``*.toml`` files are; None takes the course's own.
        broken: gets what is wrong with each file that cannot be used, and the other files are read all the same; None
            stops at the first.

    Returns:
        The quiz, topics in the order of their positions.

    Raises:
        UsageError: a file cannot be read, a field is missing or wrong, or an id occurs twice.
    """
    place = find_folder() if folder is None else folder
    names = {id: mistake.name for id, mistake in mistakes().items()}
    names |= {str(id): str(name) for id, name in _read(place / MISCONCEPTIONS).get("misconceptions", {}).items()}
    files = sorted(path for path in place.glob("*.toml") if path.name != MISCONCEPTIONS)
    if not files:
        raise UsageError(f"{place} holds no questions (*.toml)")
    found = _topics(files, broken)
    topics = sorted(found if folder else _used(found), key=lambda topic: (topic.position, topic.name))
    if not topics:
        raise UsageError(f"{place} holds no file of questions that can be used: {'; '.join(broken or ())}")
    quiz = Quiz(tuple(topics), names)
    seen: set[str] = set()
    for question in quiz:
        if question.id in seen:
            raise UsageError(f"{place}: the id {question.id!r} occurs twice; give one of the two questions another id")
        seen.add(question.id)
    return quiz


def _used(topics: Iterable[Topic]) -> Iterator[Topic]:
    """Yield what the course asks: questions before an exercise that it does not use are left out."""
    used = {0, *(exercise.number for exercise in exercises())}
    for topic in topics:
        if questions := tuple(question for question in topic.questions if question.exercise in used):
            yield replace(topic, questions=questions)


def _topics(files: Iterable[Path], broken: list[str] | None) -> Iterator[Topic]:
    for path in files:
        try:
            yield load_topic(path)
        except UsageError as error:
            if broken is None:
                raise
            broken.append(str(error))


def load_topic(path: Path) -> Topic:
    """Read one file of questions.

    Raises:
        UsageError: it is not TOML, of another schema, or a question in it is not well formed.
    """
    data = _read(path)
    if data.get("schema") != SCHEMA:
        raise UsageError(f"{path}: schema is {data.get('schema')!r}, expected {SCHEMA}")
    _refuse_unknown(data, KEYS["file"], str(path))
    dates: dict[str, Any] = {name: data[name] for name in ("checked", "valid_until") if name in data}
    questions = tuple(_question({**dates, **entry}, path) for entry in data.get("question", []))
    return Topic(path.stem, str(data.get("title", path.stem)), questions, int(data.get("position", 0)))


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path}: cannot be read as TOML: {error}") from error


def _question(entry: dict[str, Any], path: Path) -> Question:
    where = f"{path}: question {entry.get('id', '(no id)')!r}"
    _refuse_unless_well_formed(entry, where)
    return Question(
        id=entry["id"],
        version=entry["version"],
        type=entry["type"],
        ask=entry["ask"],
        topic=path.stem,
        outcome=entry["outcome"],
        exercise=entry["exercise"],
        section=entry["section"],
        stem=entry["stem"].strip(),
        explain=entry["explain"].strip(),
        refs=tuple(entry["refs"]),
        checked=_date(entry["checked"], where),
        valid_until=_date(entry["valid_until"], where),
        code=entry.get("code", "").strip("\n"),
        language=entry.get("language", "python"),
        options=tuple(_option(at, option, where) for at, option in enumerate(entry.get("option", []))),
        lines=_lines(entry.get("line", []), where),
        answers=tuple(str(answer) for answer in entry.get("answers", [])),
        tolerance=float(entry.get("tolerance", 0.0)),
        unit=entry.get("unit", ""),
        wrong=tuple(
            WrongOption(str(one["value"]), one["why"], one.get("misconception")) for one in entry.get("wrong", [])
        ),
        hints=tuple(entry.get("hints", [])),
        verify=_verify(entry.get("verify"), where),
    )


def _refuse_unless_well_formed(entry: dict[str, Any], where: str) -> None:
    missing = [name for name in REQUIRED if name not in entry]
    if missing:
        raise UsageError(f"{where}: missing {', '.join(missing)}")
    _refuse_unknown(entry, KNOWN, where)
    for name in ("option", "line", "wrong"):
        for at, inner in enumerate(entry.get(name, ()), 1):
            _refuse_unknown(inner, KEYS[name], f"{where}: {name} {at}")
    for name, allowed in (
        ("type", TYPES),
        ("ask", ASKS),
        ("outcome", tuple(OUTCOMES)),
        ("exercise", (0, *numbers())),
    ):
        if entry[name] not in allowed:
            raise UsageError(f"{where}: {name} is {entry[name]!r}, expected one of {', '.join(map(str, allowed))}")
    needs = "option" if entry["type"] in CHOICE_TYPES else "line" if entry["type"] == "order" else "answers"
    if not entry.get(needs):
        raise UsageError(f"{where}: a question of type {entry['type']} needs {needs}")


def _refuse_unknown(entry: object, known: Collection[str], where: str, place: str = "") -> None:
    if not isinstance(entry, dict):
        raise UsageError(f"{where}: {entry!r} is no table; write its keys: {', '.join(sorted(known))}")
    if unknown := sorted(set(entry) - set(known)):
        raise UsageError(f"{where}: unknown field {', '.join(unknown)}{place}; known are {', '.join(sorted(known))}")


def _option(at: int, entry: dict[str, Any], where: str) -> Option:
    shown = entry.get("text") or _outcome_text(entry) or entry.get("code", "").strip("\n")
    if not shown or "why" not in entry:
        raise UsageError(f"{where}: option {LETTERS[at]} needs text (or prints, raises or code) and why")
    return Option(
        letter=LETTERS[at],
        text=shown,
        correct=bool(entry.get("correct", False)),
        why=entry["why"].strip(),
        misconception=entry.get("misconception"),
        prints=entry.get("prints"),
        raises=entry.get("raises"),
        code=entry.get("code"),
    )


def _outcome_text(entry: dict[str, Any]) -> str:
    if "raises" in entry:
        return f"It raises `{entry['raises']}`"
    return f"It prints `{entry['prints']}`" if "prints" in entry else ""


def _lines(entries: list[dict[str, Any]], where: str) -> tuple[OrderedLine, ...]:
    places = [entry.get("place") for entry in entries]
    placed = sorted(place for place in places if place is not None)
    if placed != list(range(1, len(placed) + 1)):
        raise UsageError(f"{where}: the places of its lines are {placed}, expected 1, 2, 3, ... each once")
    return tuple(
        OrderedLine(
            LETTERS[at], entry["code"].strip("\n"), entry.get("place"), entry.get("why", ""), entry.get("misconception")
        )
        for at, entry in enumerate(entries)
    )


def _verify(entry: dict[str, Any] | None, where: str) -> Verify | None:
    if entry is None:
        return None
    _refuse_unknown(entry, KEYS["verify"], where, " in verify")
    return Verify(**entry)


def _date(value: object, where: str) -> date:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise UsageError(f"{where}: {value!r} is not a date such as 2027-06-30") from error
