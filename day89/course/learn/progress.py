"""Put a learner's progress into a line: minutes of today, tasks done, questions due."""

from __future__ import annotations

import json
from datetime import date

from day89.course.exercise.files import data_folder
from day89.course.exercise.tasks import first_hour, tasks
from day89.course.learn.state import LearnerState, minutes_by_day

__all__ = ["left_minutes", "progress_line", "questions_due", "quiz_words", "today_words"]


def today_words(state: LearnerState, today: date | None = None) -> str:
    """Return the minutes of today in words, such as ``12 min today``."""
    return f"{round(minutes_by_day(state.events()).get(today or date.today(), 0.0))} min today"


def left_minutes(state: LearnerState) -> int:
    """Return about how many minutes the rest of the first hour takes."""
    return sum(task.minutes for task in first_hour() if not state[task.id].done)


def questions_due(today: date | None = None) -> int:
    """Return how many questions of the quiz are due; none where nothing can be read."""
    now = today or date.today()
    try:
        known = json.loads((data_folder() / "quiz.json").read_text("utf-8"))["questions"].values()
        return sum(one["due"] is not None and date.fromisoformat(one["due"]) <= now for one in known)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return 0


def progress_line(state: LearnerState) -> str:
    """Return one line: ``12 min today, 4 of 6 done, 6 questions due``."""
    path = first_hour()
    done = sum(state[task.id].done for task in path)
    words = f"{done} of {len(path)} done"
    if done == len(path):
        words = f"{sum(state[task.id].done for task in tasks())} of {len(tasks())} tasks done"
    due = questions_due()
    questions = f", {due} question{'' if due == 1 else 's'} due" if due else ""
    return f"{today_words(state)}, {words}{questions}"


def quiz_words() -> str:
    """Return how many questions of the quiz were answered, and how many of them right at the last try."""
    try:
        known = json.loads((data_folder() / "quiz.json").read_text("utf-8"))["questions"].values()
        tried = [one["tries"] for one in known if one["tries"]]
        right = sum(bool(tries[-1]["correct"]) for tries in tried)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return "no question answered yet"
    return f"{len(tried)} questions answered, {right} right at the last try" if tried else "no question answered yet"
