"""The loop in sentences: each save has its verdict, also one that comes while a check runs."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from day89.course.learn import plain


def test_what_is_saved_while_a_check_runs_is_checked_after_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "exercise.py"
    path.write_text("x = 1\n")
    checked: list[str] = []

    def check(*_: object) -> None:
        checked.append(path.read_text())
        if len(checked) == 1:
            path.write_text("x = 22\n")

    polls = iter(range(3))
    monkeypatch.setattr(plain, "_check", check)
    monkeypatch.setattr(plain, "time", SimpleNamespace(sleep=lambda seconds: next(polls)))
    monkeypatch.setattr(plain.sys, "stdin", SimpleNamespace(isatty=lambda: False))
    session = SimpleNamespace(path=path, tree=None, problem=None, parse=lambda: None)
    with pytest.raises(StopIteration):  # it would go on polling
        plain.learn_plainly(session)
    assert checked == ["x = 1\n", "x = 22\n"]
