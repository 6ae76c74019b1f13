"""Remove a folder whatever somebody confined has left in it: thousands of levels, no permissions, millions of names.

``shutil.rmtree`` of Python 3.11 calls itself once a level, and stops at a folder that it may not read.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import stat
from collections.abc import Iterator
from pathlib import Path

__all__ = ["remove_tree"]


def remove_tree(folder: Path) -> bool:
    """Remove a folder and all below it, following no link. Nobody may be writing in it any more.

    Each folder below is emptied into the top one, so that none is ever deeper than the second level.

    Args:
        folder: what to remove; it need not be there.

    Returns:
        Whether it is gone.
    """
    try:
        top = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return not os.path.lexists(folder)
    numbers = itertools.count()
    try:
        going = True
        while going and (names := os.listdir(top)):  # noqa: PTH208 - by descriptor
            going = False
            for name in names:
                with contextlib.suppress(OSError):
                    _remove(name, top, numbers)
                    going = True  # something has gone: it is worth another round
    finally:
        os.close(top)
    with contextlib.suppress(OSError):
        folder.rmdir()
    return not os.path.lexists(folder)


def _remove(name: str, top: int, numbers: Iterator[int]) -> None:
    if not _is_folder(name, top):
        os.unlink(name, dir_fd=top)
        return
    os.chmod(name, 0o700, dir_fd=top)
    below = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=top)
    try:
        for entry in os.listdir(below):  # noqa: PTH208
            if _is_folder(entry, below):
                os.chmod(entry, 0o700, dir_fd=below)
                _move_up(entry, below, top, numbers)
            else:
                os.unlink(entry, dir_fd=below)
    finally:
        os.close(below)
    os.rmdir(name, dir_fd=top)


def _move_up(entry: str, below: int, top: int, numbers: Iterator[int]) -> None:
    name = f".{next(numbers)}"
    while _exists(name, top):  # renaming would replace an empty folder, and fail at a full one
        name = f".{next(numbers)}"
    os.rename(entry, name, src_dir_fd=below, dst_dir_fd=top)


def _exists(name: str, folder: int) -> bool:
    try:
        os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


def _is_folder(name: str, folder: int) -> bool:
    return stat.S_ISDIR(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode)
