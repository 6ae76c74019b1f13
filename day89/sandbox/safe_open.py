"""Open a file that a confined process may have replaced: by a link, a pipe that nobody writes to, or a device."""

from __future__ import annotations

import os
import stat
from pathlib import Path

__all__ = ["open_beneath"]


def open_beneath(root: Path, path: str, flags: int = os.O_RDONLY) -> int:
    """Open a plain file below a folder, following no link, and never waiting.

    Args:
        root: the folder; what is above it is trusted.
        path: path below it.
        flags: as for ``os.open``.

    Returns:
        A descriptor.

    Raises:
        OSError: it is not there, or a part of the path is a link, or it is no plain file.
    """
    folder = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    *above, name = path.split("/")
    try:
        for part in above:
            below = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)
            os.close(folder)
            folder = below
        found = os.open(name, flags | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    finally:
        os.close(folder)
    if stat.S_ISREG(os.fstat(found).st_mode):
        return found
    os.close(found)
    raise OSError(f"{path} is no plain file")
