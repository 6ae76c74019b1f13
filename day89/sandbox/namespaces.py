"""Put this process into namespaces of its own: mounts, processes, network, users, without a helper program.

``unshare`` and ``become_first`` are for every confined process; ``enclose`` gives it a file system that holds only what
is named. It is entered by a process rather than wrapped around a command, so forks of a warm interpreter are inside.
https://man7.org/linux/man-pages/man7/user_namespaces.7.html
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from day89.sandbox import privileges
from day89.sandbox.libc import checked, libc
from day89.sandbox.visible import outermost

__all__ = [
    "IPC",
    "MOUNTS",
    "NAMES",
    "NETWORK",
    "PROCESSES",
    "become_first",
    "bind",
    "enclose",
    "leads_into",
    "mount",
    "mount_proc",
    "mount_tmpfs",
    "pivot",
    "show",
    "supported",
    "unshare",
]

MOUNTS, NAMES, IPC, USERS, PROCESSES, NETWORK = 0x20000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 32, 4096, 16384, 1 << 18
MNT_DETACH = 2
SYS_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41, "arm64": 41}
SYS_MOUNT_SETATTR = 442
AT_FDCWD, AT_RECURSIVE, MOUNT_ATTR_RDONLY = -100, 0x8000, 1
DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
SKELETON = "mode=755,size=1m,nr_inodes=16k"  # mount points and links only


def supported() -> bool:
    """Return whether the processor is one whose calls are known here."""
    return os.uname().machine in SYS_PIVOT_ROOT


def unshare(flags: int, *, user: int, group: int) -> None:
    """Enter new namespaces, and a user namespace in which this user has a number, and no power outside.

    Args:
        flags: the namespaces beside that of users.
        user: the number that this user gets there.
        group: the number that its group gets.

    Raises:
        OSError: the kernel refuses.
    """
    outside = os.getuid(), os.getgid()
    checked(libc().unshare(flags | USERS), "enter namespaces")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{user} {outside[0]} 1")
    Path("/proc/self/gid_map").write_text(f"{group} {outside[1]} 1")


def become_first() -> None:
    """Go on as process 1 of the new process namespace; what stays behind only waits, and hands on how it ended."""
    pid = os.fork()
    if pid:
        os.closerange(3, 65536)  # the end of a connection must be seen when process 1 ends
        _, status = os.waitpid(pid, 0)
        code = os.waitstatus_to_exitcode(status)
        os._exit(code if code >= 0 else 1)
    privileges.die_with_parent()


def enclose(folder: Path, shown: Iterable[Path], covered: Sequence[Path]) -> None:
    """Move this process, for good, to where only some files are, no network and no other process. Only forks return.

    Args:
        folder: the one folder that is writable; it keeps its path.
        shown: what is to be read, at the same paths.
        covered: what of that is not to be seen after all.

    Raises:
        OSError: the kernel refuses.
    """
    _fork()  # a process with threads enters no user namespace
    unshare(MOUNTS | NAMES | IPC | PROCESSES | NETWORK, user=os.getuid(), group=os.getgid())
    become_first()
    mount("none", "/", MS_REC | MS_PRIVATE)
    own = os.open(folder, os.O_PATH | os.O_DIRECTORY)
    root = str(folder)
    mount_tmpfs(root, SKELETON)  # the folder hides itself: it is shown again below
    paths = outermost(map(str, shown))
    for path in paths:
        show(root, path, paths)
    for device in DEVICES:
        bind(device, root + device, writable=True)
    for hidden in covered:
        _cover(root, str(hidden), paths)
    for path in (path for path in map(str, shown) if any(Path(path).is_relative_to(hidden) for hidden in covered)):
        show(root, path, paths)
    mount_proc(f"{root}/proc")
    Path(root + root).mkdir(parents=True)
    mount(f"/proc/self/fd/{own}", root + root, MS_BIND)  # without what was mounted on it
    os.close(own)
    pivot(root)
    mount("none", "/", MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID)
    checked(libc().sethostname(b"submission", 10), "set the host name")
    privileges.drop_capabilities()


def _fork() -> None:
    """Go on in a fork, which has one thread; what stays behind waits for it."""
    pid = os.fork()
    if pid:
        os.closerange(3, 65536)
        os._exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) & 0xFF)
    privileges.die_with_parent()


def show(root: str, path: str, shown: Sequence[str]) -> None:
    """Show a path read-only, at the same place under the new root.

    Args:
        root: the new root.
        path: what is shown; what does not exist is passed over.
        shown: all that is: a link that leads there stays a link.
    """
    source, target = Path(path), Path(root + path)
    if path.startswith("/proc/") or not source.exists() or target.is_symlink():
        return
    if source.is_symlink() and not target.exists() and leads_into(source, shown):
        target.parent.mkdir(parents=True, exist_ok=True)
        target.symlink_to(source.readlink())
    else:
        bind(path, str(target))


def leads_into(link: Path, shown: Sequence[str]) -> bool:
    """Return whether a link ends at something that is shown by itself."""
    end = link.resolve()
    return any(end.is_relative_to(one) and str(link) != one for one in shown)


def _cover(root: str, path: str, shown: Sequence[str]) -> None:
    """Hide what would be seen at a path: by an empty folder, or an empty device in the place of a file."""
    if not any(Path(path).is_relative_to(one) for one in shown):
        return
    if Path(root + path).is_dir():
        mount_tmpfs(root + path, "mode=755,size=4k", MS_NOSUID | MS_NODEV)
    elif Path(root + path).exists():
        mount("/dev/null", root + path, MS_BIND)


def mount(source: str, target: str, flags: int, kind: str | None = None, options: str | None = None) -> None:
    """Mount something; see ``man 2 mount``.

    Raises:
        OSError: the kernel refuses.
    """
    name, data = (text.encode() if text else None for text in (kind, options))
    checked(libc().mount(source.encode(), target.encode(), name, ctypes.c_ulong(flags), data), f"mount {target}")


def mount_tmpfs(target: str, options: str, flags: int = MS_NOSUID | MS_NODEV) -> None:
    """Mount a file system in memory."""
    mount("tmpfs", target, flags, "tmpfs", options)


def mount_proc(target: str) -> None:
    """Mount ``/proc`` of the new process namespace, read-only: a process sets what is its own by calls."""
    Path(target).mkdir(parents=True, exist_ok=True)
    try:
        mount("proc", target, MS_NOSUID | MS_NODEV | MS_NOEXEC, "proc")
    except OSError:  # inside some containers parts of /proc are hidden, and the kernel allows no whole one
        mount("/proc", target, MS_BIND | MS_REC)
    read_only(target)


def bind(source: str, target: str, *, writable: bool = False) -> None:
    """Show a file or folder at another place; devices can be written to all the same."""
    if Path(source).is_dir():
        Path(target).mkdir(parents=True, exist_ok=True)
    elif not Path(target).exists():
        Path(target).parent.mkdir(parents=True, exist_ok=True)
        Path(target).touch()
    mount(source, target, MS_BIND | MS_REC)
    if not writable:
        read_only(target)


def read_only(path: str) -> None:
    """Make a mount and all below it read-only."""
    attributes = (ctypes.c_uint64 * 4)(MOUNT_ATTR_RDONLY, 0, 0, 0)
    size = ctypes.sizeof(attributes)
    done = libc().syscall(SYS_MOUNT_SETATTR, AT_FDCWD, path.encode(), AT_RECURSIVE, attributes, size)
    if done != 0:  # before Linux 5.12: the top mount only
        mount("none", path, MS_BIND | MS_REMOUNT | MS_RDONLY | MS_NOSUID)


def pivot(root: str) -> None:
    """Make a folder the root, and leave the old one."""
    os.chdir(root)
    checked(libc().syscall(SYS_PIVOT_ROOT[os.uname().machine], b".", b"."), "make the folder the root")
    checked(libc().umount2(b".", MNT_DETACH), "leave the old root")
    os.chdir("/")
