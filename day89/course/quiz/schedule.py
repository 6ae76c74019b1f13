"""Choose which questions to ask, and keep one sitting: what is left, what was wrong, what to read."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from day89.course.quiz.marking import Marked, mark, shuffled
from day89.course.quiz.model import OUTCOMES, Question, Quiz
from day89.course.quiz.progress import QuizProgress
from day89.errors import UsageError

__all__ = ["MIXED", "OutcomeLine", "Sitting", "by_outcome", "choose", "reading"]

MIXED = 10  # questions of a mix, over all outcomes: what the first hour ends with


def choose(
    quiz: Quiz,
    progress: QuizProgress,
    today: date,
    *,
    topic: str | None = None,
    exercise: int | None = None,
    review: bool = False,
    exam: int | None = None,
    mixed: int | None = None,
    seed: str = "",
) -> list[Question]:
    """Choose the questions of a sitting.

    Args:
        quiz: all of them.
        progress: what was answered before.
        today: what is due by now is asked in a review.
        topic: only this topic (its name or the beginning of it).
        exercise: only what belongs to this exercise.
        review: only what is due.
        exam: so many questions, drawn over all outcomes as evenly as they go.
        mixed: the same, of those that are due, new or were wrong as long as there are enough of them.
        seed: makes an exam repeatable.

    Returns:
        Those to ask, new ones and wrong ones before what is known.

    Raises:
        UsageError: there is no such topic.
    """
    chosen = list(quiz)
    if topic is not None:
        names = [one.name for one in quiz.topics if one.name == topic] or [
            n.name for n in quiz.topics if n.name.startswith(topic)
        ]
        if not names:
            raise UsageError(f"no topic {topic!r}; topics are {', '.join(one.name for one in quiz.topics)}")
        chosen = [question for question in chosen if question.topic in names]
    if exercise is not None:
        chosen = [question for question in chosen if question.exercise == exercise]
    if review:
        return sorted((q for q in chosen if progress.due(q, today)), key=lambda q: progress.records[q.id].due or "")
    if exam is not None:
        return _draw(chosen, exam, seed)
    if mixed is not None:
        unsure = [one for one in chosen if _urgency(one, progress) < 2 or progress.due(one, today)]
        return _draw(unsure if len(unsure) >= mixed else chosen, mixed, seed)
    return sorted(chosen, key=lambda question: _urgency(question, progress))


def _urgency(question: Question, progress: QuizProgress) -> int:
    known = progress.record(question)
    if known is None:
        return 1
    return 2 if known.last_correct else 0


def _draw(questions: list[Question], count: int, seed: str) -> list[Question]:
    dice = random.Random(f"exam/{seed}")
    piles: dict[int, list[Question]] = {}
    for question in questions:
        piles.setdefault(question.outcome, []).append(question)
    for pile in piles.values():
        dice.shuffle(pile)
    order = list(piles)
    dice.shuffle(order)
    drawn: list[Question] = []
    while len(drawn) < count and any(piles.values()):
        drawn += [piles[outcome].pop() for outcome in order if piles[outcome]][: count - len(drawn)]
    dice.shuffle(drawn)
    return drawn


@dataclass
class Sitting:
    """One run through some questions; every answer is stored before it is commented.

    Args:
        questions: what to ask, in this order.
        progress: where answers are kept.
        exam: nothing is said about answers before the end.
        seed: fixes the order in which options are shown.
        misconceptions: names to show with wrong answers.
    """

    questions: list[Question]
    progress: QuizProgress
    exam: bool = False
    seed: str = ""
    misconceptions: Mapping[str, str] = field(default_factory=dict)
    at: int = 0
    marks: dict[str, Marked] = field(default_factory=dict)
    skipped: set[str] = field(default_factory=set)
    round: int = 1

    @property
    def current(self) -> Question | None:
        """Return the question to ask, None at the end."""
        return self.questions[self.at] if self.at < len(self.questions) else None

    def shown(self, question: Question) -> tuple[str, ...]:
        """Return the letters of the file in the order in which this sitting shows them."""
        return shuffled(question, f"{self.seed}/{self.round}")

    def answer(self, question: Question, answer: tuple[str, ...], now: datetime) -> Marked:
        """Judge an answer, keep it on the disk, and go on to the next question."""
        marked = mark(question, answer)
        self.progress.add(question, marked, now)
        self.marks[question.id] = marked
        self.skipped.discard(question.id)
        self.at += 1
        return marked

    def believed(self, marked: Marked) -> str:
        """Return the id and name of the misconception that an answer shows, "" for none."""
        name = self.misconceptions.get(marked.misconception or "")
        return f"{marked.misconception}: {name}" if name else ""

    def skip(self) -> None:
        """Go on without an answer."""
        if self.current is not None:
            self.skipped.add(self.current.id)
            self.at += 1

    @property
    def wrong(self) -> list[Question]:
        """Return what was answered wrongly or skipped in this round."""
        return [
            q for q in self.questions if q.id in self.skipped or (q.id in self.marks and not self.marks[q.id].correct)
        ]

    @property
    def right(self) -> int:
        """Count the right answers of this round."""
        return sum(1 for question in self.questions if question.id in self.marks and self.marks[question.id].correct)

    def retry(self) -> None:
        """Begin another round with what was wrong, the right answers still untold."""
        self.questions, self.at, self.round = self.wrong, 0, self.round + 1
        self.marks, self.skipped = {}, set()


@dataclass(frozen=True)
class OutcomeLine:
    """How far one outcome is: of ``total`` questions, so many answered, right at first, right at last, due."""

    outcome: int
    text: str
    total: int
    answered: int
    first: int
    last: int
    due: int


def by_outcome(quiz: Quiz, progress: QuizProgress, today: date) -> list[OutcomeLine]:
    """Sum up the progress for each of the outcomes."""
    lines = []
    for outcome, text in OUTCOMES.items():
        questions = [question for question in quiz if question.outcome == outcome]
        known = [record for record in map(progress.record, questions) if record is not None]
        lines.append(
            OutcomeLine(
                outcome,
                text,
                len(questions),
                len(known),
                sum(bool(record.first_correct) for record in known),
                sum(bool(record.last_correct) for record in known),
                sum(progress.due(question, today) for question in questions),
            )
        )
    return lines


def reading(questions: Iterable[Question]) -> dict[str, list[str]]:
    """Return what to read about these questions: section of the lesson to the pages of the documentation, each once."""
    sections: dict[str, list[str]] = {}
    for question in questions:
        pages = sections.setdefault(question.section, [])
        pages += [ref for ref in question.refs if ref not in pages]
    return sections
