"""Progress is a line a minute where there is no terminal, and an interruption says how to go on."""

from __future__ import annotations

import io
import json
import signal
from pathlib import Path

import pytest

from day89.cli import main
from day89.course.commands import grade_cohort
from day89.course.demo.teardown import Interrupts
from day89.course.reports.progress import ProgressLine


def test_lines_say_how_far_it_is_and_what_is_worst() -> None:
    out = io.StringIO()
    with ProgressLine(out, "3 submissions", total=3, every=0.0) as progress:
        progress.advance("ann", 0.9)
        progress.advance("bob", 0.2)
        progress.advance("eve", 0.5)
    lines = out.getvalue().splitlines()
    assert [line.split(" done")[0] for line in lines] == ["1 of 3", "2 of 3", "3 of 3"]
    assert "worst so far 90 %: ann" in lines[0]
    assert "worst so far 20 %: bob" in lines[2]
    assert "a minute" in lines[0]
    assert "\x1b" not in out.getvalue()


def test_within_a_minute_nothing_is_said() -> None:
    out = io.StringIO()
    with ProgressLine(out, "2 submissions", total=2) as progress:
        progress.advance("ann", 0.9)
        progress.advance("bob", 0.2)
    assert out.getvalue() == ""


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize(("options", "says"), [(True, "1 kept; go on with --resume"), (False, "with --json")])
def test_interruption_says_how_to_go_on(
    options: bool,
    says: str,
    ending: signal.Signals,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name in ("ann", "bob"):
        (tmp_path / "all" / name).mkdir(parents=True)
        (tmp_path / "all" / name / "exercise.py").write_text("x = 1\n", encoding="utf-8")

    def interrupted(sources: object, plan: object, report: object, **more: object) -> None:
        report(0, {"path": "ann/exercise.py", "sha256": "0", "score": 1.0, "max_score": 5.0})  # type: ignore[operator]
        signal.raise_signal(ending)

    monkeypatch.setattr(grade_cohort, "grade_all", interrupted)
    words = ["grade", str(tmp_path / "all"), "--task", "1.3", "--isolation", "none"]
    assert main([*words, *(["--json", str(tmp_path / "r.json")] if options else [])]) == 130
    assert says in capsys.readouterr().err
    if options:
        assert len(json.loads(f"[{','.join((tmp_path / 'r.json.part').read_text('utf-8').splitlines())}]")) == 2


def test_what_the_caller_ignores_stays_ignored() -> None:
    """As a hang-up under nohup."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with Interrupts():
            signal.raise_signal(signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)
