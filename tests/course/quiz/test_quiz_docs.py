"""The page on the quiz says what is so: its number, its commands, its example, its table of formats."""

from __future__ import annotations

import argparse
import re
import shlex
from pathlib import Path

import pytest
from shipped import SHIPPED

from day89.course.quiz.command import EXPORTS, configure
from day89.course.quiz.export import TARGETS
from day89.course.quiz.load import load_quiz, load_topic
from day89.course.quiz.model import SECTIONS
from day89.course.quiz.verify import disagreements

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "quiz.md").read_text("utf-8")
COMMANDS = re.findall(r"^\$ day89 quiz ?([^#\n]*)", PAGE, re.MULTILINE)


@SHIPPED
def test_the_page_counts_the_questions_right():
    assert PAGE.splitlines()[2].startswith(f"{len(load_quiz())} questions")


@SHIPPED
@pytest.mark.parametrize("words", COMMANDS)
def test_every_command_of_the_page_is_understood(words):
    parser = argparse.ArgumentParser()
    configure(parser)
    assert parser.parse_args(shlex.split(words)) is not None


def test_the_page_lists_the_formats_that_there_are():
    assert set(re.findall(r"^\| `([a-z][a-z-]+)`", PAGE, re.MULTILINE)) == set(TARGETS) == set(EXPORTS)


def test_the_example_of_the_page_is_a_question_whose_key_is_right(tmp_path):
    example = re.search(r"```toml\n(.*?)```", PAGE, re.DOTALL)[1]
    head = 'schema = 1\ntitle = "Example"\nchecked = 2026-11-24\nvalid_until = 2027-06-30\n'
    path = tmp_path / "example.toml"
    path.write_text(head + example, "utf-8")
    assert disagreements(load_topic(path).questions[0]) == []


def test_every_section_stands_in_the_lesson():
    headings = re.findall(r"^#+ (.+)$", (ROOT / "docs" / "lesson.md").read_text("utf-8"), re.MULTILINE)
    assert [name for name in SECTIONS.values() if not any(heading.startswith(name) for heading in headings)] == []
