"""The page in a real browser: it changes by itself, keeps the focus, fits, can be read; skipped without a Chromium."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from day89.cloud import local
from day89.course.page.my_cloud import my_cloud_page

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
FOUND = os.environ.get("DAY89_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
FLAGS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
PATIENCE_MS = 60_000
pytestmark = pytest.mark.skipif(FOUND is None, reason="no Chromium on this machine (set DAY89_CHROMIUM to one)")

CONTRAST = """
() => [...document.querySelectorAll('h1, h2, h3, p, button, a, li, th, td, summary, pre, caption')].map(node => {
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
    with sync_api.sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=FOUND, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def cloud():
    with local() as running:
        yield running


@pytest.fixture
def s3(cloud):
    client = cloud.client("s3")
    client.create_bucket(Bucket="heron-1")
    client.put_object(Bucket="heron-1", Key="a.csv", Body=b"name,mass\nada,1\n")
    return client


@pytest.fixture
def address(cloud, s3):
    with my_cloud_page(cloud, port=0) as found:
        yield found


@pytest.fixture
def tab(browser, address):
    """Open the page, and fail on any request that leaves it and on any complaint of the browser."""
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("request", lambda one: None if one.url.startswith((address, "data:")) else complaints.append(one.url))
    page.goto(address)
    yield page
    context.close()
    assert complaints == []


def test_a_call_shows_by_itself_and_focus_and_scroll_stay(tab, s3):
    tab.get_by_text("Up to date by itself").wait_for()
    link = tab.get_by_role("link", name="Show versions")
    link.focus()
    tab.evaluate("scrollTo(0, 150)")
    place = tab.evaluate("scrollY")
    s3.put_object(Bucket="heron-1", Key="input/new.csv", Body=b"x")
    tab.get_by_role("link", name="input/new.csv").wait_for()
    assert tab.evaluate("document.activeElement.id") == "versions"
    assert tab.evaluate("scrollY") == place
    assert tab.get_by_role("status").inner_text() == "My cloud: 1 bucket with 2 objects, 0 running instances."


def test_a_screen_reader_is_told_headings_tables_and_captions(tab):
    tree = tab.locator("main").aria_snapshot()
    assert 'heading "My cloud" [level=1]' in tree
    assert 'heading "What still costs money" [level=2]' in tree
    assert "2 calls" in tab.get_by_role("table").first.locator("caption").inner_text()
    assert tab.get_by_role("columnheader", name="Storage class").count() == 1
    assert tab.get_by_role("status").count() == 1
    assert tab.get_by_role("heading", level=1).count() == 1


def test_versions_are_switched_and_an_object_opened_by_keyboard_without_a_new_page(tab):
    tab.evaluate("window.kept = true")
    tab.get_by_role("link", name="Show versions").focus()
    tab.keyboard.press("Enter")
    tab.get_by_role("columnheader", name="Version ID").wait_for()
    tab.get_by_role("link", name="a.csv").focus()
    tab.keyboard.press("Enter")
    tab.get_by_role("columnheader", name="mass").wait_for()
    tab.go_back()
    tab.get_by_role("columnheader", name="mass").wait_for(state="detached")
    assert tab.evaluate("window.kept") is True


def test_without_scripts_it_is_whole_and_says_how_it_is_refreshed(browser, address, s3):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(address)
    assert page.get_by_text("as it was when it was loaded").count() == 1
    s3.put_object(Bucket="heron-1", Key="later.csv", Body=b"x")
    page.get_by_role("link", name="Refresh").click()
    page.get_by_role("link", name="later.csv").wait_for()
    page.get_by_role("button", name="Reset my cloud").click()
    page.get_by_text("No buckets.").wait_for()
    context.close()


def test_many_objects_and_calls_stay_quick(cloud, tab, s3):
    for number in range(2000):
        s3.put_object(Bucket="heron-1", Key=f"k/{number:05}", Body=b"x")
    cloud.log.calls += [replace(cloud.log[-1], number=number) for number in range(len(cloud.log) + 1, 5001)]
    began = time.perf_counter()
    tab.reload()
    tab.get_by_text("heron-1 2,001 objects").wait_for()
    assert tab.locator("tr").count() < 400
    s3.put_object(Bucket="heron-1", Key="0-first", Body=b"x")
    tab.get_by_role("link", name="0-first").wait_for()
    tab.get_by_text("5,001 calls").wait_for()
    print(f"reload and update: {time.perf_counter() - began:.1f} s")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [375, 1600])
def test_it_fits_and_can_be_read(browser, address, s3, width, scheme):
    s3.put_object(Bucket="heron-1", Key="a-very-long-key/" * 12 + "x.csv", Body=b"x")
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"{address}?bucket=heron-1&versions=1&key=a.csv")
    found = page.evaluate("document.documentElement.scrollWidth"), page.evaluate(CONTRAST)
    context.close()
    assert found == (width, [])
