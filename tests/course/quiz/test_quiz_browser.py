"""The quiz in a real browser: by keyboard alone, wide and narrow, light and dark; skipped without a Chromium."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator

import pytest
import waitress
from quiz_samples import MORNING, sample_quiz

from day89.course.quiz.progress import QuizProgress
from day89.course.quiz.web import create_app

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
FOUND = os.environ.get("DAY89_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
# A browser that nobody looks at, as any user, on a machine without a network.
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# A machine that is busy with other tests is slow, not wrong.
PATIENCE_MS = 60_000
pytestmark = pytest.mark.skipif(FOUND is None, reason="no Chromium on this machine (set DAY89_CHROMIUM to one)")

LUMINANCE = """
() => [...document.querySelectorAll('h1, p, label, button, a, li, th, td, summary, pre')].map(node => {
  const parse = text => { const m = text.match(/[\\d.]+/g).map(Number); return m.length > 3 && m[3] === 0 ? null : m; };
  let ground = null;
  for (let up = node; up && !ground; up = up.parentElement) ground = parse(getComputedStyle(up).backgroundColor);
  const light = rgb => { const [r, g, b] = rgb.slice(0, 3).map(v => { v /= 255;
    return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const pair = [light(parse(getComputedStyle(node).color)), light(ground || [255, 255, 255])].sort((a, b) => b - a);
  return [node.tagName + ' ' + node.textContent.trim().slice(0, 30), (pair[0] + 0.05) / (pair[1] + 0.05)];
}).filter(([, contrast]) => contrast < 4.5)
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    """Start one browser for the file."""
    with sync_api.sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=FOUND, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def progress(tmp_path):
    return QuizProgress(tmp_path / "quiz.json")


@pytest.fixture
def address(tmp_path, progress) -> Iterator[str]:
    """Serve the sample quiz on the loopback."""
    app = create_app(sample_quiz(tmp_path / "quiz"), progress, now=lambda: MORNING, seed="1")
    server = waitress.create_server(app, host="127.0.0.1", port=0, threads=1)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.effective_port}/"
    server.close()
    thread.join(timeout=5)


@pytest.fixture
def page(browser, address) -> Iterator[object]:
    """Open the quiz and fail on any request that leaves it and on any complaint of the browser."""
    context = browser.new_context()
    tab = context.new_page()
    tab.set_default_timeout(PATIENCE_MS)
    complaints: list[str] = []
    tab.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    tab.on(
        "request",
        lambda request: None if request.url.startswith((address, "data:")) else complaints.append(request.url),
    )
    tab.goto(address)
    yield tab
    context.close()
    # A form that is shown again because of a problem has the status 422, which the browser notes.
    assert [text for text in complaints if "422" not in text] == []


def tab_to(page, name: str) -> None:
    """Press Tab until the element of this accessible name has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("(name) => document.activeElement.textContent.trim() === name", name):
            return
    raise AssertionError(f"Tab never reaches {name!r}")


def test_a_whole_sitting_needs_the_keyboard_only(page, progress):
    tab_to(page, "Samples & more")
    page.keyboard.press("Enter")
    page.wait_for_url("**/sitting/*")
    page.wait_for_function("document.activeElement.name === 'option'")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/comment")
    page.wait_for_function("document.activeElement.tagName === 'H1'")
    assert len(progress.records) == 1
    tab_to(page, "Next question")
    page.keyboard.press("Enter")
    page.wait_for_url("**/sitting/*")
    assert page.title().startswith("Question 2 of 5")


def test_a_screen_reader_is_told_names_and_roles(page):
    page.get_by_role("button", name="Samples & more").click()
    assert page.get_by_role("group", name="Why does a < b & c hold").get_by_role("radio").count() == 3
    assert page.get_by_role("radio", name="the second code").count() == 1
    assert page.get_by_role("heading", level=1).count() == 1
    assert page.get_by_role("navigation", name="Quiz").count() == 1


def test_a_problem_is_announced(page):
    page.get_by_role("button", name="Samples & more").click()
    page.get_by_role("button", name="Answer").click()
    assert "Choose an answer first" in page.get_by_role("alert").inner_text()


def test_lines_are_numbered_and_judged(page):
    page.get_by_role("button", name="Samples & more").click()
    for _ in range(4):
        page.get_by_role("button", name="Skip").click()
    page.locator("input[name=place-c]").fill("1")
    page.locator("input[name=place-a]").fill("2")
    page.get_by_role("button", name="Answer").click()
    assert page.get_by_role("heading", name="Right.").is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [400, 1400])
def test_pages_fit_and_can_be_read(browser, address, width, scheme):
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    found = {}

    def look(name: str) -> None:
        page.wait_for_load_state("load")
        page.wait_for_function("document.documentElement !== null && document.body !== null")
        found[name] = (page.evaluate("document.documentElement.scrollWidth"), page.evaluate(LUMINANCE))

    page.goto(address)
    look("home")
    page.get_by_role("button", name="Samples & more").click()
    look("question")
    page.get_by_role("radio").first.check()
    page.get_by_role("button", name="Answer").click()
    look("comment")
    page.get_by_role("link", name="Next question").click()
    for _ in range(4):
        page.get_by_role("button", name="Skip").click()
    look("end")
    page.get_by_role("link", name="Show the answers").click()
    look("answers")
    page.get_by_role("link", name="Progress").click()
    look("progress")
    context.close()
    assert found == dict.fromkeys(found, (width, []))
