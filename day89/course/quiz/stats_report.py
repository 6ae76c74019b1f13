"""Show item statistics: as text, and as a page with plots; no verdict where n is too small for one."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any, TextIO

from day89.course.quiz.model import Quiz
from day89.course.quiz.stats import QuestionStats, Reliability, Statistics, analyse, read_answers
from day89.course.quiz.stats_page import page
from day89.errors import UsageError

__all__ = ["N_FOR_P", "N_FOR_R", "report", "to_text", "verdicts"]

# At n = 50 the interval of p is at most 0.27 wide; from n = 100 on that of r = .2 no longer covers 0. Below, a verdict
# would be a guess. The interval is shown in any case.
N_FOR_P, N_FOR_R = 50, 100
P_HARD, P_EASY = 0.2, 0.8
R_STEPS = ((0.0, "r below 0: check the key"), (0.2, "r low: revise"), (0.3, "r weak"), (0.4, "r good"))
R_BEST = "r excellent"
RARE = 0.05
KR20_USABLE = 0.7
WIDTH = 80
INDENT: dict[str, Any] = {"initial_indent": "    ", "subsequent_indent": "    "}


def report(quiz: Quiz, path: Path, *, html: Path | None, target: TextIO) -> int:
    """Read a table of answers and show what it says.

    Args:
        quiz: the questions.
        path: the table.
        html: also write a page with plots here.
        target: where the text goes.

    Returns:
        0.

    Raises:
        UsageError: the table or the page's file is not usable.
    """
    answers, notes = read_answers(path, quiz)
    statistics = analyse(answers, quiz, notes)
    print(to_text(statistics, quiz), file=target)
    if html is not None:
        try:
            html.write_text(
                page(statistics, quiz, {item.question: verdicts(item, quiz) for item in statistics.items}), "utf-8"
            )
        except OSError as error:
            raise UsageError(f"{html}: cannot be written: {error.strerror}") from error
    return 0


def verdicts(item: QuestionStats, quiz: Quiz) -> list[str]:
    """Say what an item's numbers mean, as far as its n allows.

    Args:
        item: the numbers.
        quiz: tells which options are wrong.

    Returns:
        A few words each; where n is too small, what is missing instead.
    """
    found = []
    if item.n < N_FOR_P:
        found.append(f"n < {N_FOR_P}: no verdict")
    else:
        hard, easy = item.p.value < P_HARD, item.p.value > P_EASY
        found += ["hard"] if hard else ["easy"] if easy else []
        question = quiz.find(item.question)
        for letter, (_, share) in item.options.items():
            if question is not None and not question.option(letter).correct and share.value < RARE:
                found.append(f"{letter} hardly chosen")
    if item.r is not None and item.r_n >= N_FOR_R:
        found.append(next((word for limit, word in R_STEPS if item.r is not None and item.r.value < limit), R_BEST))
    elif item.n >= N_FOR_P:
        found.append(f"n < {N_FOR_R}: no verdict on r" if item.r is not None else "r cannot be computed")
    return found


def to_text(statistics: Statistics, quiz: Quiz) -> str:
    """Return the report as text of 80 columns."""
    lines = [f"{statistics.learners} learners, {len(statistics.items)} questions, {statistics.answers} first attempts"]
    for note in (*statistics.notes, reliability_text(statistics.reliability)):
        lines += textwrap.wrap(note, WIDTH, subsequent_indent="  ")
    lines.append("")
    lines.append(f"{'question':<26} {'n':>4}  {'p  [95 %]':<15} r  [95 %]")
    for item in statistics.items:
        r = str(item.r) if item.r is not None else "-"
        lines.append(f"{item.question[:26]:<26} {item.n:>4}  {item.p!s:<15} {r:<17}".rstrip())
        if item.options:
            lines += textwrap.wrap(_options(item, quiz), WIDTH, **INDENT)
        lines += textwrap.wrap(", ".join(verdicts(item, quiz)), WIDTH, **INDENT)
    legend = "p: share of right first attempts. r: correlation of the item with the rest of the answers. "
    legend += "An asterisk marks the right option; beside each stands how many chose it."
    lines += ["", *textwrap.wrap(legend, WIDTH)]
    return "\n".join(lines)


def _options(item: QuestionStats, quiz: Quiz) -> str:
    question = quiz.find(item.question)
    parts = []
    for letter, (count, share) in item.options.items():
        star = "*" if question is not None and question.option(letter).correct else ""
        parts.append(f"{star}{letter} {count} {share}")
    return "   ".join(parts)


def reliability_text(reliability: Reliability) -> str:
    """Return one line about KR-20."""
    if reliability.kr20 is None:
        return f"KR-20: none ({reliability.reason})"
    line = f"KR-20 {reliability.kr20}, {reliability.learners} learners who answered all {reliability.items} questions"
    if reliability.learners < N_FOR_R:
        return f"{line}; n < {N_FOR_R}: no verdict"
    return f"{line}; {'usable' if reliability.kr20.value >= KR20_USABLE else 'low'} for a low-stakes test"
