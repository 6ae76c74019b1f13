"""Hold small questions for the tests of the quiz: one of each type, and the file that makes them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from day89.course.quiz.load import load_quiz
from day89.course.quiz.model import Quiz

__all__ = ["CHOICE", "MORNING", "SAMPLE", "sample_quiz"]

MORNING = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)

HEAD = """
version = 1
ask = "why"
outcome = 1
exercise = 1
section = "Lifecycle"
refs = ["https://example.org/a"]
"""

CHOICE = f"""
[[question]]
id = "q-choice"
type = "mcq"
stem = "Why does `a < b` & *c* hold: {{x}}, ~1 = #2?"
explain = "Because *so* it is."
hints = ["Look at `b`."]
{HEAD}
code = '''
if a:
    print("x < y")
'''
[[question.option]]
text = "the first one"
misconception = "U1"
why = "Not this one."
[[question.option]]
text = "the second `code`"
correct = true
why = "Yes, this one."
[[question.option]]
text = "the third one"
misconception = "U2"
why = "Not that one."
[question.verify]
run = "print(1)"
"""

OTHERS = f"""
[[question]]
id = "q-many"
type = "multi"
stem = "Which two?"
explain = "a and c."
{HEAD}
[[question.option]]
text = "one"
correct = true
why = "One is right."
[[question.option]]
text = "two"
misconception = "U3"
why = "Two is wrong."
[[question.option]]
text = "three"
correct = true
why = "Three is right."

[[question]]
id = "q-number"
type = "numeric"
stem = "How much?"
explain = "Count."
answers = ["12.5"]
tolerance = 0.1
unit = "dollars"
{HEAD}
[[question.wrong]]
value = "0"
why = "Not nothing."
misconception = "Z7"
[question.verify]
run = "print(12.5)"

[[question]]
id = "q-word"
type = "short"
stem = "What is it called?"
explain = "A bucket."
answers = ["Bucket", "a bucket"]
{HEAD}
[[question.wrong]]
value = "folder"
why = "No folder."
misconception = "L5"

[[question]]
id = "q-lines"
type = "order"
stem = "Put in order."
explain = "First, then second."
{HEAD}
[[question.line]]
code = "second()"
place = 2
[[question.line]]
code = "never()"
why = "It is never needed."
misconception = "E7"
[[question.line]]
code = "first()"
place = 1
[question.verify]
setup = "done = []; first = lambda: done.append(1); second = lambda: done.append(2)"
check = "assert done == [1, 2]"
"""

SAMPLE = f"""
schema = 1
title = "Samples & more"
checked = 2026-11-24
valid_until = 2027-06-30
{CHOICE}{OTHERS}
"""


def sample_quiz(folder: Path, text: str = SAMPLE) -> Quiz:
    """Write a folder with one topic and load it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "misconceptions.toml").write_text('[misconceptions]\nZ7 = "idle is free"\n', "utf-8")
    (folder / "sample.toml").write_text(text, "utf-8")
    return load_quiz(folder)
