"""Compute item statistics from a class's answers, each with its interval and its n.

Difficulty p and discrimination r (point-biserial, item against the rest of the test) as in Ebel and Frisbie,
"Essentials of Educational Measurement" (1991); KR-20 after Kuder and Richardson (1937). Intervals are 95 %: Wilson for
shares, Fisher's z for r, Feldt (1965) for KR-20.
"""

from __future__ import annotations

import csv
import math
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import numpy
from scipy.stats import f as f_distribution

from day89.course.quiz.marking import mark
from day89.course.quiz.model import CHOICE_TYPES, Question, Quiz
from day89.course.quiz.progress import QuizProgress
from day89.errors import UsageError

__all__ = [
    "GivenAnswer",
    "Interval",
    "QuestionStats",
    "Reliability",
    "Statistics",
    "analyse",
    "read_answers",
    "write_answers",
]

COLUMNS = ("learner", "question", "answer")
Z95 = 1.959964
# Fewer other answers than this make no score to compare an item with.
REST_MIN = 5
TRUE, FALSE = {"1", "true", "yes", "right"}, {"0", "false", "no", "wrong"}


@dataclass(frozen=True)
class GivenAnswer:
    """One first attempt: who, which question, what (letters of the file or typed), whether right."""

    learner: str
    question: str
    answer: str
    correct: bool


@dataclass(frozen=True)
class Interval:
    """A value with its 95 % interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        """Show it as ``.56 [.47 .65]``."""
        shown = [f"{round(number, 2) + 0.0:.2f}" for number in (self.value, self.low, self.high)]  # + 0.0: no "-0.00"
        value, low, high = (text.replace("0.", ".", 1) for text in shown)
        return f"{value} [{low} {high}]"


@dataclass(frozen=True)
class QuestionStats:
    """The statistics of one question; ``r`` is None where it cannot be computed."""

    question: str
    n: int
    p: Interval
    r: Interval | None
    r_n: int
    options: dict[str, tuple[int, Interval]] = field(default_factory=dict)


@dataclass(frozen=True)
class Reliability:
    """KR-20 over those who answered all of the questions, or the reason why there is none."""

    kr20: Interval | None
    learners: int
    items: int
    reason: str = ""


@dataclass(frozen=True)
class Statistics:
    """All of it, and what was left out of the table."""

    items: list[QuestionStats]
    reliability: Reliability
    learners: int
    answers: int
    notes: list[str]


def read_answers(path: Path, quiz: Quiz) -> tuple[list[GivenAnswer], list[str]]:
    """Read a table of answers; of several answers of one learner to one question the first counts.

    Args:
        path: CSV with the columns learner, question, answer and perhaps correct and at (ISO time).
        quiz: judges answers where there is no column ``correct``.

    Returns:
        The first attempts, and notes on what was left out.

    Raises:
        UsageError: the file cannot be read, a column is missing, or a row cannot be judged.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
            if missing:
                raise UsageError(
                    f"{path}: no column {', '.join(missing)}; the first line must name {', '.join(COLUMNS)}"
                )
            rows = [(number, row) for number, row in enumerate(reader, 2) if row["learner"] and row["question"]]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{path}: cannot be read as a table: {error}") from error
    if all(row.get("at") for _, row in rows):
        rows.sort(key=lambda numbered: numbered[1]["at"])
    return _first_attempts(path, rows, quiz)


def _first_attempts(
    path: Path, rows: list[tuple[int, dict[str, str]]], quiz: Quiz
) -> tuple[list[GivenAnswer], list[str]]:
    first: dict[tuple[str, str], GivenAnswer] = {}
    repeated, unknown = 0, Counter[str]()
    for number, row in rows:
        key = (row["learner"].strip(), row["question"].strip())
        if key in first:
            repeated += 1
            continue
        correct = _correct(row, quiz, f"{path}, line {number}")
        if correct is None:
            unknown[key[1]] += 1
            continue
        first[key] = GivenAnswer(*key, (row["answer"] or "").strip(), correct)
    notes = [f"{repeated} later answers to the same question were left out: first attempts count"] if repeated else []
    notes += [
        f"{name}: {count} answers left out: no such question and no column correct" for name, count in unknown.items()
    ]
    return list(first.values()), notes


def _correct(row: dict[str, str], quiz: Quiz, where: str) -> bool | None:
    said = (row.get("correct") or "").strip().lower()
    if said:
        if said not in TRUE | FALSE:
            raise UsageError(f"{where}: correct is {said!r}, expected 1 or 0")
        return said in TRUE
    question = quiz.find(row["question"].strip())
    if question is None:
        return None
    return _judge(question, (row["answer"] or "").strip(), where)


def _judge(question: Question, text: str, where: str) -> bool:
    letters = tuple(text.lower().split())
    known = {option.letter for option in question.options} | {line.letter for line in question.lines}
    if question.type in CHOICE_TYPES or question.type == "order":
        if not letters or not set(letters) <= known:
            raise UsageError(f"{where}: {text!r} is no answer to {question.id}; letters are {' '.join(sorted(known))}")
        return mark(question, letters if question.type == "order" else tuple(sorted(letters))).correct
    try:
        return mark(question, (text,)).correct
    except ValueError as error:
        raise UsageError(f"{where}: {text!r} is not a number, as {question.id} needs") from error


def analyse(answers: list[GivenAnswer], quiz: Quiz, notes: list[str] | None = None) -> Statistics:
    """Compute the statistics of first attempts.

    Args:
        answers: at most one for each learner and question.
        quiz: tells the options that nobody chose.
        notes: carried along.

    Returns:
        Items in the order of the quiz, then the reliability.

    Raises:
        UsageError: there are no answers.
    """
    if not answers:
        raise UsageError("the table holds no answers")
    by_learner: dict[str, dict[str, bool]] = defaultdict(dict)
    by_question: dict[str, list[GivenAnswer]] = defaultdict(list)
    for answer in answers:
        by_learner[answer.learner][answer.question] = answer.correct
        by_question[answer.question].append(answer)
    place = {question.id: at for at, question in enumerate(quiz)}
    ids = sorted(by_question, key=lambda name: (place.get(name, len(place)), name))
    items = [_item(name, by_question[name], by_learner, quiz.find(name)) for name in ids]
    return Statistics(items, _kr20(ids, by_learner), len(by_learner), len(answers), list(notes or []))


def _item(
    name: str, given: list[GivenAnswer], by_learner: dict[str, dict[str, bool]], question: Question | None
) -> QuestionStats:
    right = sum(answer.correct for answer in given)
    item, rest = [], []
    for answer in given:
        others = [correct for other, correct in by_learner[answer.learner].items() if other != name]
        if len(others) >= REST_MIN:
            item.append(float(answer.correct))
            rest.append(sum(others) / len(others))
    options: dict[str, tuple[int, Interval]] = {}
    if question is not None and question.type in CHOICE_TYPES:
        chosen = Counter(letter for answer in given for letter in answer.answer.lower().split())
        for option in question.options:
            options[option.letter] = (chosen[option.letter], wilson(chosen[option.letter], len(given)))
    return QuestionStats(name, len(given), wilson(right, len(given)), correlation(item, rest), len(item), options)


def wilson(hits: int, n: int) -> Interval:
    """Return a share with its Wilson interval (E. B. Wilson, JASA 22, 1927)."""
    share, z2 = hits / n, Z95**2
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = Z95 / (1 + z2 / n) * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n))
    return Interval(share, max(0.0, middle - half), min(1.0, middle + half))


def correlation(x: list[float], y: list[float]) -> Interval | None:
    """Return Pearson's r with Fisher's interval; None with fewer than 4 pairs or where one side does not vary."""
    if len(x) < 4 or len(set(x)) < 2 or len(set(y)) < 2:
        return None
    r = float(numpy.corrcoef(x, y)[0, 1])
    if abs(r) > 1 - 1e-12:
        return Interval(r, r, r)
    z, half = math.atanh(r), Z95 / math.sqrt(len(x) - 3)
    return Interval(r, math.tanh(z - half), math.tanh(z + half))


def _kr20(ids: list[str], by_learner: dict[str, dict[str, bool]]) -> Reliability:
    complete = [answers for answers in by_learner.values() if len(answers) == len(ids)]
    n, k = len(complete), len(ids)
    if n < 2 or k < 2:
        return Reliability(None, n, k, f"{n} learners answered all {k} questions; it needs at least 2 of each")
    scores = numpy.array([[float(answers[name]) for name in ids] for answers in complete])
    total = float(scores.sum(axis=1).var())
    if total == 0:
        return Reliability(None, n, k, "all who answered everything have the same score")
    shares = scores.mean(axis=0)
    value = k / (k - 1) * (1 - float((shares * (1 - shares)).sum()) / total)
    low, high = (1 - (1 - value) * float(f_distribution.ppf(q, n - 1, (n - 1) * (k - 1))) for q in (0.975, 0.025))
    return Reliability(Interval(value, low, high), n, k)


def write_answers(quiz: Quiz, progress: QuizProgress, learner: str, path: Path) -> int:
    """Write a learner's own answers as a table that ``stats`` reads.

    Args:
        quiz: only its present questions are written.
        progress: the records.
        learner: what to call the learner.
        path: the CSV file.

    Returns:
        0.

    Raises:
        UsageError: the file cannot be written.
    """
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow([*COLUMNS, "correct", "at", "version"])
            for question in quiz:
                known = progress.record(question)
                for one in known.tries if known is not None else ():
                    row = [learner, question.id, one["answer"], int(one["correct"]), one["at"], question.version]
                    writer.writerow(row)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror}") from error
    return 0
