"""Remember what was answered, in the user's data folder and nowhere else."""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from day89.course.exercise.files import data_folder
from day89.course.quiz.marking import Marked
from day89.course.quiz.model import Question
from day89.errors import UsageError

__all__ = ["INTERVALS_DAYS", "QuestionRecord", "QuizProgress"]

SCHEMA = 1
# Even gaps do as well as growing ones (Latimier, Peyre and Ramus, Educational Psychology Review 33, 2021); what counts
# is that there are gaps. Answered right after the last of them, a question is known.
INTERVALS_DAYS = (1, 3, 7)


@dataclass
class QuestionRecord:
    """What is known about one question.

    Args:
        version: of the question that was answered; another version starts afresh.
        step: how many of the intervals have been passed.
        due: the day on which it is to be asked again, or None where it is known for good.
        tries: each answer: when (ISO), what, whether right.
    """

    version: int
    step: int = 0
    due: str | None = None
    tries: list[dict[str, Any]] = field(default_factory=list)

    @property
    def first_correct(self) -> bool | None:
        """Return whether the first try was right."""
        return bool(self.tries[0]["correct"]) if self.tries else None

    @property
    def last_correct(self) -> bool | None:
        """Return whether the last try was right."""
        return bool(self.tries[-1]["correct"]) if self.tries else None


class QuizProgress:
    """The records of one learner; each change is written at once.

    Args:
        path: the file; None is the user's own.
    """

    def __init__(self, path: Path | None = None) -> None:
        """Read what is there.

        Raises:
            UsageError: the file is there but is not one of ours.
        """
        self.path = data_folder() / "quiz.json" if path is None else path
        self.records = self._read()

    def record(self, question: Question) -> QuestionRecord | None:
        """Return what is known about this version of a question."""
        known = self.records.get(question.id)
        return known if known is not None and known.version == question.version else None

    def due(self, question: Question, today: date) -> bool:
        """Say whether a question is to be asked again: it has been answered, and its day has come."""
        known = self.record(question)
        return known is not None and known.due is not None and date.fromisoformat(known.due) <= today

    def add(self, question: Question, marked: Marked, now: datetime) -> None:
        """Remember one answer and write it to the disk before returning.

        Args:
            question: what was asked.
            marked: the judged answer.
            now: when, with its time zone.

        Raises:
            UsageError: the file cannot be written; the one that was there is as it was.
        """
        self.records = self._read()  # a terminal and a browser may be open side by side
        known = self.record(question) or QuestionRecord(question.version)
        today = now.astimezone().date()
        known.tries.append(
            {
                "at": now.astimezone(UTC).isoformat(timespec="seconds"),
                "answer": " ".join(marked.answer),
                "correct": marked.correct,
            }
        )
        if not marked.correct:
            known.step, known.due = 0, (today + timedelta(days=INTERVALS_DAYS[0])).isoformat()
        elif len(known.tries) == 1 or (known.due is not None and date.fromisoformat(known.due) <= today):
            self._promote(known, today)
        self.records[question.id] = known
        self._write()

    @staticmethod
    def _promote(known: QuestionRecord, today: date) -> None:
        # Only an answer that was due counts as remembered: ten right ones on one day prove nothing about next week.
        known.step += 1
        done = known.step > len(INTERVALS_DAYS)
        known.due = None if done else (today + timedelta(days=INTERVALS_DAYS[known.step - 1])).isoformat()

    def _read(self) -> dict[str, QuestionRecord]:
        try:
            data = json.loads(self.path.read_text(encoding="utf-8"))
            if data["schema"] != SCHEMA:
                raise ValueError(f"schema {data['schema']}")
            return {key: QuestionRecord(**value) for key, value in data["questions"].items()}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise UsageError(
                f"{self.path}: not a progress file of this quiz ({error}); move it away and start again"
            ) from error

    def _write(self) -> None:
        try:
            self._replace()
        except OSError as error:
            raise UsageError(f"{self.path}: the answer cannot be kept: {error.strerror or error}") from error

    def _replace(self) -> None:
        data = {"schema": SCHEMA, "questions": {key: asdict(value) for key, value in sorted(self.records.items())}}
        folder = self.path.parent
        folder.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=folder, prefix=".quiz-", suffix=".json")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(data, file, ensure_ascii=False, indent=1)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(self.path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
