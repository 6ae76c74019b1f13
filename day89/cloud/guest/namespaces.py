"""Give an instance namespaces of its own: its folder is ``/``, the system read-only, the rest of the disk not there.

Linux namespaces, without a helper program: a mount namespace with a new root, a process namespace, a host name, and a
user namespace in which the script is root and has no power outside. Where this process is root, it makes the mounts
as root and then goes on as a user who owns nothing, whose processes the kernel counts. Because it is entered by a
process rather than wrapped around a command, forks of a warm interpreter are inside it too.
Where the kernel gives no namespaces (Ubuntu 24.04 without an AppArmor profile, some containers), Landlock hides the
same files. What each program of the instance is denied beside that stands in ``guest/confinement.py``.
https://man7.org/linux/man-pages/man7/user_namespaces.7.html
"""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

from day89.cloud.guest.rootfs import SYSTEM, View
from day89.processes import tree
from day89.sandbox import landlock, privileges
from day89.sandbox.libc import checked, libc
from day89.sandbox.visible import system_paths

__all__ = ["LANDLOCK", "NAMESPACES", "NONE", "PARTIAL", "enter", "possible", "restrict"]

NAMESPACES = "namespaces"
LANDLOCK = "landlock"
PARTIAL = "partial"  # namespaces, but no filter of system calls: the network is open
NONE = "none"

CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC = 0x00020000, 0x04000000, 0x08000000
CLONE_NEWUSER, CLONE_NEWPID = 0x10000000, 0x20000000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
MS_REMOUNT, MS_BIND, MS_REC, MS_PRIVATE = 32, 4096, 16384, 1 << 18
MNT_DETACH = 2
SYS_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41, "arm64": 41}
SYS_MOUNT_SETATTR = 442
AT_FDCWD, AT_RECURSIVE, MOUNT_ATTR_RDONLY = -100, 0x8000, 1

DEVICES = ("null", "zero", "full", "random", "urandom")
CONSOLES = ("console", "ttyS0", "kmsg")  # what is written there goes to the console log
PLACES = (
    *("tmp", "var/tmp", "var/log", "var/lib", "var/www", "home/ec2-user", "home/ubuntu", "root", "opt", "srv", "mnt"),
    *("run", "app", "dev", "etc", "proc", "sys"),
)
SMALL = "mode=777,size=16m,nr_inodes=4k"  # of /etc and /dev, in memory; an instance has one user
WRITABLE_DEVICES = ("/dev/null", "/dev/zero", "/dev/full")


def enter(root: str, view: View, name: str) -> None:
    """Make a folder the root of this process's file system; for good. The process goes on as a child of the caller's.

    Args:
        root: the instance's folder.
        view: what of this machine it sees.
        name: its host name.

    Raises:
        OSError: the kernel refuses.
    """
    proc = os.open("/proc", os.O_RDONLY | os.O_DIRECTORY)  # of this process namespace, and writable
    spare = _unshare()
    _become_first()
    for place in PLACES:
        Path(root, place).mkdir(parents=True, exist_ok=True)
    if spare:
        _give(root, privileges.spare_user())
    _mount("none", "/", MS_REC | MS_PRIVATE)
    _mount(root, root, MS_BIND)
    _fill(root, view)
    for path in [*SYSTEM, *view.shown]:
        _show(root, path)
    for source, path in view.covers:
        _bind(source, root + path)
    for device in DEVICES:
        _bind(f"/dev/{device}", f"{root}/dev/{device}", writable=True)
    _mount_proc(f"{root}/proc")
    _pivot(root)
    checked(libc().sethostname(name.encode(), len(name)), "set the host name")
    if spare:
        privileges.become_user(_owner("/"))
        privileges.map_to_root(proc)
    os.close(proc)
    tree.die_with_parent()  # forgotten where the user changes
    privileges.drop_capabilities()
    if landlock.landlock_version():
        landlock.seal()


def _unshare() -> bool:
    """Enter new namespaces; return whether this process is root and has still to become somebody else."""
    own = CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWPID
    if os.geteuid() == 0 and libc().unshare(own) == 0:
        return True
    user, group = os.getuid(), os.getgid()
    checked(libc().unshare(own | CLONE_NEWUSER), "enter namespaces")
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"0 {user} 1")
    Path("/proc/self/gid_map").write_text(f"0 {group} 1")
    return False


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
    tree.die_with_parent()


def _fill(root: str, view: View) -> None:
    """Make ``/etc`` and ``/dev``: in memory, because links on a disk take as long as all else together."""
    for place in ("etc", "dev"):
        _mount("tmpfs", f"{root}/{place}", MS_NOSUID | MS_NODEV, "tmpfs", SMALL)
    for place in ("etc/systemd", "etc/systemd/system", "dev/shm"):
        Path(root, place).mkdir()
        Path(root, place).chmod(0o777)
    for name in os.listdir(view.settings):  # noqa: PTH208 - in the way of every launch
        os.symlink(f"{view.settings}/{name}", f"{root}/etc/{name}")  # noqa: PTH211
    own = (("fd", "/proc/self/fd"), ("stdin", "fd/0"), ("stdout", "fd/1"), ("stderr", "fd/2"))
    for name, target in (*own, *((name, "/run/day89/console") for name in CONSOLES)):
        os.symlink(target, f"{root}/dev/{name}")  # noqa: PTH211


def _owner(path: str) -> int:
    return os.stat(path).st_uid  # noqa: PTH116


def _give(root: str, user: int) -> None:
    """Give all that is in the folder to a user who owns nothing else, unless it was given already."""
    if _owner(root) != 0:
        return
    for folder, below, names in os.walk(root):
        for entry in [*below, *names]:
            os.chown(f"{folder}/{entry}", user, user, follow_symlinks=False)
    os.chown(root, user, user)


def _mount_proc(target: str) -> None:
    try:
        _mount("proc", target, MS_NOSUID | MS_NODEV | MS_NOEXEC, "proc")
    except OSError:  # inside some containers parts of /proc are hidden, and the kernel allows no whole one
        _mount("/proc", target, MS_BIND | MS_REC)
    _read_only(target)  # settings of the kernel; a process's own it may set by calls


def _show(root: str, path: str) -> None:
    """Bind a path of the system, read-only, at the same place under the new root."""
    source, target = Path(path), Path(root + path)
    if source.is_symlink() and not target.exists() and path in SYSTEM:
        target.symlink_to(source.readlink())
    elif source.exists() and not target.is_symlink():
        _bind(path, str(target))


def _bind(source: str, target: str, *, writable: bool = False) -> None:
    if Path(source).is_dir():
        Path(target).mkdir(parents=True, exist_ok=True)
    elif not Path(target).exists():
        Path(target).parent.mkdir(parents=True, exist_ok=True)
        Path(target).touch()
    _mount(source, target, MS_BIND | MS_REC)
    if not writable:
        _read_only(target)


def _read_only(path: str) -> None:
    attributes = (ctypes.c_uint64 * 4)(MOUNT_ATTR_RDONLY, 0, 0, 0)
    size = ctypes.sizeof(attributes)
    done = libc().syscall(SYS_MOUNT_SETATTR, AT_FDCWD, path.encode(), AT_RECURSIVE, attributes, size)
    if done != 0:  # before Linux 5.12: the top mount only
        _mount("none", path, MS_BIND | MS_REMOUNT | MS_RDONLY | MS_NOSUID)


def _pivot(root: str) -> None:
    os.chdir(root)
    checked(libc().syscall(SYS_PIVOT_ROOT[os.uname().machine], b".", b"."), "make the folder the root")
    checked(libc().umount2(b".", MNT_DETACH), "leave the old root")
    os.chdir("/")


def restrict(root: str, view: View) -> None:
    """Hide, for good, everything from this process but its folder and what it may see. For where ``enter`` fails.

    Args:
        root: the instance's folder; it keeps its path.
        view: what of this machine it sees.

    Raises:
        OSError: the kernel refuses.
    """
    read: list[str | Path] = [*system_paths([Path(path) for path in view.hidden]), *view.read]
    if os.geteuid() == 0:
        _become_spare(root)
    landlock.restrict_files(read, [root, *WRITABLE_DEVICES], None, special=True)
    privileges.drop_capabilities()


def _become_spare(root: str) -> None:
    Path(root).parent.chmod(0o711)
    user = privileges.spare_user()
    if privileges.sees(user, sys.executable) and privileges.sees(
        user, root
    ):  # not where Python is in root's own folder
        _give(root, user)
        privileges.become_user(_owner(root))
        tree.die_with_parent()


def possible() -> bool:
    """Return whether this system is one that may have jails at all."""
    return sys.platform == "linux" and os.uname().machine in SYS_PIVOT_ROOT


def _mount(source: str, target: str, flags: int, kind: str | None = None, options: str | None = None) -> None:
    name, data = (text.encode() if text else None for text in (kind, options))
    checked(libc().mount(source.encode(), target.encode(), name, ctypes.c_ulong(flags), data), f"mount {target}")
