"""The page on a cohort says what can be said, names what it speaks of, and fits a telephone."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from day89.course.quiz.model import OUTCOMES
from day89.course.reports.html import render

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
FOUND = os.environ.get("DAY89_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
LONG = "section-4/" + "a-very-long-name-without-a-blank" * 4 + "/exercise.py"


def entry(number: int, *, passed: bool = True, status: str = "graded") -> dict[str, Any]:
    check = {"name": "pages", "level": "mastery", "points": 5.0, "passed": passed, "seconds": 0.1}
    check |= {"status": "passed"} if passed else {"status": "failed", "mistake": "L2", "evidence": [], "message": "no"}
    check |= {"called": "list_keys(s3, 'b')", "expected": "5 keys", "found": "2: <b>", "line": 7, "code": "return []"}
    check.setdefault("mistake", None)
    task = {"id": "1.3", "function": "list_keys", "status": "complete" if passed else "core_incomplete", "points": 5.0}
    task |= {"earned": 5.0 * passed, "checks": [check]}
    return {
        **{"path": f"{number}-{LONG}", "sha256": "00", "status": status, "message": None, "seconds": 1.0},
        **{"score": 5.0 * passed, "max_score": 5.0, "tasks": [task]},
    }


def cohort(count: int) -> dict[str, Any]:
    submissions = [entry(number, passed=number % 3 != 0) for number in range(count)]
    return {"schema": 2, "course": "day89 0", "seed": 1, "isolation": "landlock", "submissions": submissions}


def test_outcomes_are_named_and_only_those_that_were_judged():
    page = render(cohort(12))
    assert f"1. {OUTCOMES[1]}" in page
    assert OUTCOMES[17] not in page


def test_one_submission_has_results_and_no_statistics():
    page = render(cohort(1))
    assert "list_keys" in page
    assert "0 of 5" in page
    assert "<dt>line</dt><dd>7: return []</dd>" in page
    assert "<dt>found</dt><dd>2: &lt;b&gt;</dd>" in page
    assert "discrimination" not in page
    assert "interval" not in page.partition("</style>")[2]


def test_points_are_rounded():
    data = cohort(2)
    data["submissions"][0]["score"] = 3.33333
    assert "3.33 of 5" in render(data)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Start one browser for the file."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with sync_api.sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=FOUND, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.mark.skipif(FOUND is None, reason="no Chromium on this machine (set DAY89_CHROMIUM to one)")
@pytest.mark.parametrize("width", [400, 1400])
@pytest.mark.parametrize("count", [1, 30])
def test_page_is_never_wider_than_the_window(browser: Any, tmp_path: Path, count: int, width: int):
    (tmp_path / "page.html").write_text(render(cohort(count)), encoding="utf-8")
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto((tmp_path / "page.html").as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()
