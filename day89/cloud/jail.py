"""Give an instance a file system of its own: its folder is ``/``, the system read-only, the rest of the disk not there.

Linux namespaces, without any privilege and without a helper program: a user namespace in which the script is root and
has no power outside, a mount namespace with a new root, and a process namespace of its own. The network stays, because
instances talk over loopback. Because it is entered by a process rather than wrapped around a command, forks of a warm
interpreter are inside it too.
Where the kernel refuses (Ubuntu 24.04 without an AppArmor profile, some containers, macOS) the instance runs plainly,
as the user, with HOME and TMPDIR in its folder; the mode is reported, never guessed.
https://man7.org/linux/man-pages/man7/user_namespaces.7.html
"""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

from day89.cloud.shims import processes

__all__ = ["NAMESPACES", "NONE", "enter", "holds"]

NAMESPACES = "namespaces"
NONE = "none"

CLONE_NEWNS, CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWPID = 0x00020000, 0x08000000, 0x10000000, 0x20000000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 32, 4096, 16384, 1 << 18
MNT_DETACH = 2
SYS_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41, "arm64": 41}
SYS_MOUNT_SETATTR = 442
AT_FDCWD, AT_RECURSIVE, MOUNT_ATTR_RDONLY = -100, 0x8000, 1

SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/etc", "/sys")
PLACES = (
    "tmp",
    "var/tmp",
    "var/log",
    "var/lib",
    "var/www",
    "home/ec2-user",
    "home/ubuntu",
    "root",
    "opt",
    "srv",
    "mnt",
    "run",
    "app",
)


def enter(root: str, binds: list[str]) -> None:
    """Make a folder the root of this process's file system; for good. The process goes on as a child of the caller's.

    Args:
        root: the instance's folder.
        binds: files and folders that stay visible, read-only, at their own paths.

    Raises:
        OSError: the kernel refuses.
    """
    user, group = os.getuid(), os.getgid()
    _check(_libc().unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWPID), "unshare")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"0 {user} 1")
    Path("/proc/self/gid_map").write_text(f"0 {group} 1")
    _become_first()
    _mount("none", "/", MS_REC | MS_PRIVATE)
    _mount(root, root, MS_BIND)
    for place in PLACES:
        Path(root, place).mkdir(parents=True, exist_ok=True)
    for path in [*SYSTEM, *binds]:
        _show(root, path)
    for path in ("dev", "proc"):
        Path(root, path).mkdir(exist_ok=True)
    _mount("/dev", f"{root}/dev", MS_BIND | MS_REC)
    _mount_proc(f"{root}/proc")
    _pivot(root)


def _become_first() -> None:
    """Go on as process 1 of a new process namespace; what stays behind only waits, and hands on how it ended.

    ``kill -9 -1`` and ``pkill python`` of a script reach the instance's own processes and no others.
    """
    pid = os.fork()
    if pid:
        os.closerange(3, 65536)  # the end of a connection must be seen when process 1 ends
        _, status = os.waitpid(pid, 0)
        code = os.waitstatus_to_exitcode(status)
        os._exit(code if code >= 0 else 1)
    processes.die_with_parent()


def _mount_proc(target: str) -> None:
    try:
        _mount("proc", target, MS_NOSUID | MS_NODEV | MS_NOEXEC, "proc")
    except OSError:  # inside some containers parts of /proc are hidden, and the kernel allows no whole one
        _mount("/proc", target, MS_BIND | MS_REC)


def _show(root: str, path: str) -> None:
    """Bind a path of the system, read-only, at the same place under the new root."""
    source, target = Path(path), Path(root + path)
    if source.is_symlink() and not target.exists() and path in SYSTEM:
        target.symlink_to(source.readlink())
        return
    if not source.exists() or target.is_symlink():
        return
    if source.is_dir():
        target.mkdir(parents=True, exist_ok=True)
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.touch()
    _mount(path, str(target), MS_BIND | MS_REC)
    _read_only(str(target))


def _read_only(path: str) -> None:
    attributes = (ctypes.c_uint64 * 4)(MOUNT_ATTR_RDONLY, 0, 0, 0)
    size = ctypes.sizeof(attributes)
    done = _libc().syscall(SYS_MOUNT_SETATTR, AT_FDCWD, path.encode(), AT_RECURSIVE, attributes, size)
    if done != 0:  # before Linux 5.12: the top mount only
        _mount("none", path, MS_BIND | MS_REMOUNT | MS_RDONLY | MS_NOSUID)


def _pivot(root: str) -> None:
    os.chdir(root)
    number = SYS_PIVOT_ROOT[os.uname().machine]
    _check(_libc().syscall(number, b".", b"."), "pivot_root")
    _check(_libc().umount2(b".", MNT_DETACH), "umount2")
    os.chdir("/")


def holds(folder: str) -> bool:
    """Enter a jail in this process (a child made for it) and return whether it stands: what is outside must be gone.

    Args:
        folder: an empty folder to be the root.
    """
    if sys.platform != "linux" or os.uname().machine not in SYS_PIVOT_ROOT:
        return False
    try:
        enter(folder, [])
        Path("/tmp/mine").write_text("written")
    except OSError:
        return False
    try:
        Path("/usr/day89-probe").touch()
    except OSError:
        return not Path(folder).exists() and Path("/usr/bin").is_dir()
    return False


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _check(result: int, what: str) -> None:
    if result != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def _mount(source: str, target: str, flags: int, kind: str | None = None) -> None:
    name = kind.encode() if kind else None
    _check(_libc().mount(source.encode(), target.encode(), name, ctypes.c_ulong(flags), None), f"mount {target}")
