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

import os
import sys
from pathlib import Path

from day89.cloud.guest.rootfs import SYSTEM, RootFilesystem
from day89.processes import tree
from day89.sandbox import landlock, namespaces, privileges
from day89.sandbox.libc import checked, libc
from day89.sandbox.visible import system_paths

__all__ = ["LANDLOCK", "NAMESPACES", "NONE", "PARTIAL", "enter", "possible", "restrict"]

NAMESPACES = "namespaces"
LANDLOCK = "landlock"
PARTIAL = "partial"  # namespaces, but no filter of system calls: the network is open
NONE = "none"

CONSOLES = ("console", "ttyS0", "kmsg")  # what is written there goes to the console log
PLACES = (
    *("tmp", "var/tmp", "var/log", "var/lib", "var/www", "home/ec2-user", "home/ubuntu", "root", "opt", "srv", "mnt"),
    *("run", "app", "dev", "etc", "proc", "sys"),
)
SMALL = "mode=777,size=16m,nr_inodes=4k"  # of /etc and /dev, in memory; an instance has one user
WRITABLE_DEVICES = ("/dev/null", "/dev/zero", "/dev/full")


def enter(root: str, view: RootFilesystem, name: str) -> None:
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
    namespaces.become_first()  # a script's `kill -9 -1` reaches the instance's own processes and no others
    for place in PLACES:
        Path(root, place).mkdir(parents=True, exist_ok=True)
    if spare:
        _give(root, privileges.spare_user())
    namespaces.mount("none", "/", namespaces.MS_REC | namespaces.MS_PRIVATE)
    namespaces.mount(root, root, namespaces.MS_BIND)
    _fill(root, view)
    shown = [*SYSTEM, *view.shown]
    for path in shown:
        namespaces.show(root, path, shown)
    for source, path in view.covers:
        namespaces.bind(source, root + path)
    for device in namespaces.DEVICES:
        namespaces.bind(device, root + device, writable=True)
    namespaces.mount_proc(f"{root}/proc")
    namespaces.pivot(root)
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
    own = namespaces.MOUNTS | namespaces.NAMES | namespaces.IPC | namespaces.PROCESSES
    if os.geteuid() == 0 and libc().unshare(own) == 0:
        return True
    namespaces.unshare(own, user=0, group=0)
    return False


def _fill(root: str, view: RootFilesystem) -> None:
    """Make ``/etc`` and ``/dev``: in memory, because links on a disk take as long as all else together."""
    for place in ("etc", "dev"):
        namespaces.mount_tmpfs(f"{root}/{place}", SMALL)
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


def restrict(root: str, view: RootFilesystem) -> None:
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
    return sys.platform == "linux" and namespaces.supported()
