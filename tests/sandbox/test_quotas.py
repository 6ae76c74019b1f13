"""What an instance or a submission takes of the disk is counted, whatever the rest of the machine does meanwhile."""

from __future__ import annotations

import sys

import pytest

if sys.platform != "linux":
    pytest.skip("the sandbox is to be had on Linux only", allow_module_level=True)

from day89.sandbox import quotas
from day89.sandbox.quotas import Watch

MIB = 1 << 20


def test_too_much_is_found_where_the_machine_seems_to_lose_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(quotas, "_free", lambda path: (10**12, 10**6))
    watch = Watch(str(tmp_path), disk=MIB)
    (tmp_path / "full").write_bytes(bytes(2 * MIB))
    assert watch.disk_excess() == "more than 1 MiB or 200,000 files on disk"


def test_too_many_entries_are_found_too(tmp_path):
    watch = Watch(str(tmp_path), files=20)
    for number in range(21):
        (tmp_path / f"folder-{number}").mkdir()
    assert watch.disk_excess() == "more than 2048 MiB or 20 files on disk"


def test_what_is_within_the_bound_is_let_be(tmp_path):
    watch = Watch(str(tmp_path), disk=MIB)
    (tmp_path / "little").write_bytes(bytes(1000))
    assert watch.disk_excess() is None


def test_files_are_not_walked_over_all_the_time(tmp_path, monkeypatch):
    watch = Watch(str(tmp_path), disk=MIB)
    walks = []
    monkeypatch.setattr(watch, "_in_folder", lambda: (walks.append(1), (0, 0))[1])
    now = iter((100.0, 102.0, 110.0, 142.5, 143.0))  # a walk of 2 s, a look 8 s later, one 40.5 s after it
    monkeypatch.setattr(quotas, "time", type("Clock", (), {"monotonic": lambda: next(now)}))
    for _ in range(3):
        watch.disk_excess()
    assert len(walks) == 2
