"""Change modes and times of files for a confined script where Landlock alone confines it, which does not cover them.

The kernel stops the script at the call and asks; the change is made here, on a descriptor that was looked at before:
inside the script's own folder, and nowhere else.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path

from day89.sandbox.libc import libc

__all__ = ["CALLS", "change"]

X86 = {"chmod": 90, "fchmod": 91, "fchmodat": 268, "fchmodat2": 452, "utimensat": 280}
X86_OLD = {"utime": 132, "utimes": 235, "futimesat": 261}  # no program of today's makes these: they succeed unheard
ARM = {"fchmod": 52, "fchmodat": 53, "fchmodat2": 452, "utimensat": 88}
KNOWN = ARM if os.uname().machine in {"aarch64", "arm64"} else {**X86, **X86_OLD}
CALLS = {number: name for name, number in KNOWN.items()}
AT_FDCWD, AT_SYMLINK_NOFOLLOW = -100, 0x100
PATH_MAX, TIMES = 4096, 32
PERMISSIONS = 0o3777  # not the bit by which a program runs as its owner


def change(pid: int, call: int, arguments: tuple[int, ...], root: str) -> int:
    """Make a call in the place of a process; return the number of its error, 0 where there is none.

    Args:
        pid: the process, or a thread of it.
        call: number of the system call.
        arguments: its arguments.
        root: the folder below which it may change files.
    """
    name = CALLS[call]
    if name in X86_OLD:
        return 0
    try:
        memory = os.open(f"/proc/{pid}/mem", os.O_RDONLY)
        try:
            return _change(pid, name, arguments, root, memory)
        finally:
            os.close(memory)
    except OSError as error:
        return error.errno or errno.EPERM


def _change(pid: int, name: str, arguments: tuple[int, ...], root: str, memory: int) -> int:
    if name == "chmod":
        folder, place, value, flags = AT_FDCWD, arguments[0], arguments[1], 0
    elif name == "fchmod":
        folder, place, value, flags = _signed(arguments[0]), 0, arguments[1], 0
    else:
        folder, place, value = _signed(arguments[0]), arguments[1], arguments[2]
        flags = arguments[3] if name in ("fchmodat2", "utimensat") else 0
    path = os.fsdecode(os.pread(memory, PATH_MAX, place).split(b"\0")[0]) if place else ""
    found = _open(pid, folder, path, bool(flags & AT_SYMLINK_NOFOLLOW))
    try:
        seen = f"/proc/self/fd/{found}"
        if not Path(seen).resolve().is_relative_to(Path(root).resolve()):
            return errno.EPERM
        if name == "utimensat":
            times = os.pread(memory, TIMES, value) if value else None
            return 0 if libc().utimensat(AT_FDCWD, seen.encode(), times, 0) == 0 else errno.EPERM
        os.chmod(seen, value & PERMISSIONS)  # noqa: PTH101
        return 0
    finally:
        os.close(found)


def _open(pid: int, folder: int, path: str, stay: bool) -> int:
    base = f"/proc/{pid}/cwd" if folder == AT_FDCWD else f"/proc/{pid}/fd/{folder}"
    full = path if path.startswith("/") else f"{base}/{path}" if path else base
    return os.open(full, os.O_PATH | (os.O_NOFOLLOW if stay and path else 0))


def _signed(value: int) -> int:
    value &= 0xFFFFFFFF
    return value - (1 << 32) if value >> 31 else value
