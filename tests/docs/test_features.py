"""The feature table covers the lesson, and each function and test that it names exists where it says."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

from day89.course.demo.faults import KINDS

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "features.md"
ROW = re.compile(r"^\| (?P<what>.+?) \| (?P<done>.+?) \| (?P<shown>.+?) \|$", re.MULTILINE)
LINK = re.compile(r"\[(?P<name>.+?)\]\((?P<path>[^)]+)\)")
NOT_TAUGHT_BY_CODE = {"AWS overview", "Why this matters", "Exercise", "Resources"}


def headings(path: Path) -> list[str]:
    """Return the headings of the second and third level: those of the fourth are for the tasks of the course."""
    return re.findall(r"^###? (.+)$", path.read_text("utf-8"), re.MULTILINE)


def rows() -> list[re.Match[str]]:
    return [row for row in ROW.finditer(PAGE.read_text("utf-8")) if LINK.search(row["done"])]


@cache
def names_in(path: Path) -> frozenset[str]:
    body = ast.parse(path.read_text("utf-8")).body
    return frozenset(node.name for node in body if isinstance(node, ast.FunctionDef | ast.ClassDef))


def test_every_section_of_the_lesson_has_its_table() -> None:
    wanted = [name for name in headings(ROOT / "docs" / "lesson.md") if name not in NOT_TAUGHT_BY_CODE]
    assert headings(PAGE)[: len(wanted)] == wanted
    assert len(rows()) > 60


def test_every_function_is_where_the_table_says() -> None:
    links = [link for row in rows() for link in LINK.finditer(row["done"])]
    missing = [
        link["name"]
        for link in links
        if link["name"].strip("`") not in names_in((PAGE.parent / link["path"]).resolve())
    ]
    assert missing == []


def test_every_test_is_where_the_table_says() -> None:
    links = [LINK.fullmatch(row["shown"]) for row in rows()]
    missing = [
        link["name"]
        for link in links
        if f"test_{link['name'].replace(' ', '_')}" not in names_in((PAGE.parent / link["path"]).resolve())
    ]
    assert missing == []


def test_every_link_of_the_page_leads_somewhere() -> None:
    links = {link["path"] for link in LINK.finditer(PAGE.read_text("utf-8"))}
    assert [path for path in sorted(links) if not (PAGE.parent / path).resolve().is_file()] == []


def test_every_kind_of_fault_is_explained_in_its_own_words() -> None:
    table = [f"| `{name}` | {kind.words} | {', '.join(kind.stories)} |" for name, kind in KINDS.items()]
    assert [line for line in table if line not in PAGE.read_text("utf-8")] == []
