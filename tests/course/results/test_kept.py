"""What earlier runs kept is read whatever became of it, and what a submission says can always be written."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path
from typing import Any

import pytest

from day89.cli import main
from day89.course.results.checkpoint import Checkpoint
from day89.course.results.text import safe_name, safe_values

HEADER = {"schema": 1, "seed": 7}
ENTRY = {"path": "a.py", "sha256": "0", "status": "graded", "tasks": [], "score": 1, "max_score": 5}
DAMAGED: list[Any] = [
    5,
    "x",
    [],
    {},
    {"path": "b.py"},
    ENTRY | {"path": ["b.py"]},
    ENTRY | {"sha256": {}},
    ENTRY | {"tasks": 1},
]


@pytest.mark.parametrize("damaged", DAMAGED, ids=repr)
def test_damaged_entry_is_graded_again_and_the_others_are_kept(damaged: Any, tmp_path: Path) -> None:
    target = tmp_path / "r.json"
    target.write_text(json.dumps(HEADER | {"submissions": [damaged, ENTRY]}))
    part = [json.dumps(line) for line in (HEADER, damaged, ENTRY | {"path": "c.py"})]
    (tmp_path / "r.json.part").write_bytes("\n".join([*part, '{"path": ']).encode() + b"\xff\n")
    assert [key[0] for key in Checkpoint(target, HEADER).resume()] == ["a.py", "c.py"]


@pytest.mark.parametrize("text", ["half a pair: \ud800", "of bytes: \udc80", "é"])
def test_every_text_can_be_written_and_read_back(text: str, tmp_path: Path) -> None:
    target = tmp_path / "r.json"
    with_text = ENTRY | {"message": text}
    keeper = Checkpoint(target, HEADER)
    keeper.start([])
    keeper.add(with_text)
    keeper.finish(HEADER | {"submissions": [with_text]})
    assert json.loads(target.read_text(encoding="utf-8"))["submissions"] == [with_text]
    json.dumps(safe_values([{"a": [text]}]), ensure_ascii=False).encode()


def test_name_of_a_file_is_one_line() -> None:
    assert (
        safe_name("e\nann/exercise.py  graded  5 of 5\x1b[2J\udcff.py")
        == "e\\nann/exercise.py  graded  5 of 5\\x1b[2J\\udcff.py"
    )


def test_full_disk_is_told_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    (tmp_path / "all").mkdir()
    (tmp_path / "all" / "exercise.py").write_text("x = (\n")
    monkeypatch.setattr(os, "fsync", full)
    code = main(
        ["grade", str(tmp_path / "all"), "--task", "1.3", "--isolation", "none", "--json", str(tmp_path / "r.json")]
    )
    assert code == 3
    assert "the disk is full" in capsys.readouterr().err
