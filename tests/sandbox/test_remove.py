"""A folder is removed whatever was left in it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from day89.sandbox.remove import remove_tree


def deep(folder: Path) -> None:
    here = os.getcwd()  # noqa: PTH109 - a path of that length cannot be named
    os.chdir(folder)
    for _ in range(3000):
        os.mkdir("d")  # noqa: PTH102
        os.chdir("d")
    os.chdir(here)


def closed(folder: Path) -> None:
    (folder / "a" / "b").mkdir(parents=True)
    (folder / "a" / "b" / "file").touch()
    (folder / "a" / "b").chmod(0)
    (folder / "a").chmod(0)


def named_as_ours(folder: Path) -> None:
    for number in range(5):
        (folder / f".{number}" / "full").mkdir(parents=True)
        (folder / "a" / f".{number}" / "full").mkdir(parents=True)


def special(folder: Path) -> None:
    (folder / "link").symlink_to("/")
    (folder / "broken").symlink_to("nowhere")
    os.mkfifo(folder / "fifo")
    (folder / "below").mkdir()
    (folder / "below" / "link").symlink_to(folder.parent)
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff/\n")).mkdir(parents=True)


@pytest.mark.parametrize("left", [deep, closed, named_as_ours, special], ids=lambda act: act.__name__)
def test_everything_goes_and_nothing_else(left: object, tmp_path: Path) -> None:
    folder = tmp_path / "left"
    folder.mkdir()
    beside = tmp_path / "beside"
    beside.touch()
    left(folder)  # type: ignore[operator]
    assert remove_tree(folder)
    assert not folder.exists()
    assert beside.exists()


def test_what_is_not_there_is_gone_and_a_link_is_not_followed(tmp_path: Path) -> None:
    assert remove_tree(tmp_path / "no")
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert not remove_tree(tmp_path / "link")
    assert (tmp_path / "real").is_dir()
