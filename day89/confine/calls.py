"""Refuse system calls that a submission has no use for, with seccomp. What is refused fails with EPERM.

A list of what is refused, not of what is allowed: what numpy, glibc and Python call differs from release to release.
https://man7.org/linux/man-pages/man2/seccomp.2.html
"""

from __future__ import annotations

import ctypes
import ctypes.util
import errno
import socket
from functools import cache
from typing import Any

__all__ = ["available", "restrict_calls"]

ALLOW, ERRNO = 0x7FFF0000, 0x00050000
NOT_EQUAL, EQUAL, MASKED_EQUAL = 1, 4, 7
CLONE_THREAD, MSG_FASTOPEN, TYPE_MASK = 0x10000, 0x20000000, 0xF

ALWAYS = (
    *("ptrace", "process_vm_readv", "process_vm_writev", "pidfd_open", "pidfd_getfd", "pidfd_send_signal", "kcmp"),
    *("mount", "umount2", "pivot_root", "chroot", "unshare", "setns", "open_tree", "move_mount", "fsopen", "fsmount"),
    *("bpf", "perf_event_open", "userfaultfd", "io_uring_setup", "io_uring_enter", "io_uring_register", "personality"),
    *("keyctl", "add_key", "request_key", "memfd_secret", "shmget", "shmat", "msgget", "semget", "mq_open"),
    *("init_module", "finit_module", "delete_module", "kexec_load", "kexec_file_load", "reboot", "swapon", "swapoff"),
    *("settimeofday", "clock_settime", "clock_adjtime", "adjtimex", "sethostname", "setdomainname", "syslog", "acct"),
    *("quotactl", "name_to_handle_at", "open_by_handle_at", "fanotify_init", "nfsservctl", "lookup_dcookie", "vhangup"),
    *("sched_setaffinity", "setpriority", "ioprio_set", "mknod", "mknodat", "symlink", "symlinkat", "link", "linkat"),
)
# A submission is one process: it starts none, signals none, listens to none. Threads are fine.
ONE_PROCESS = (
    *("fork", "vfork", "execve", "execveat", "kill", "tkill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo"),
    *("connect", "bind", "listen", "accept", "accept4", "sendmmsg", "memfd_create", "setsid", "setpgid"),
)


class _Comparison(ctypes.Structure):
    _fields_ = (("arg", ctypes.c_uint), ("op", ctypes.c_int), ("a", ctypes.c_uint64), ("b", ctypes.c_uint64))


@cache
def _library() -> Any:
    name = ctypes.util.find_library("seccomp") or "libseccomp.so.2"
    library = ctypes.CDLL(name, use_errno=True)
    library.seccomp_init.restype = ctypes.c_void_p
    return library


def available() -> bool:
    """Return whether libseccomp is on this machine."""
    try:
        return bool(_library())
    except OSError:
        return False


def restrict_calls(processes: bool = False) -> None:
    """Refuse, from now on, what neither a submission nor an instance's script has a use for.

    Args:
        processes: it may start processes and serve TCP, as a script on an instance does.

    Raises:
        OSError: there is no libseccomp, or the kernel refused.
    """
    library = _library()
    filter_ = ctypes.c_void_p(library.seccomp_init(ctypes.c_uint32(ALLOW)))
    try:
        for name in ALWAYS if processes else ALWAYS + ONE_PROCESS:
            _refuse(filter_, name)
        _refuse_sockets(filter_)
        if not processes:
            # clone3 hides its flags in memory; glibc falls back to clone where it is said not to exist.
            _refuse(filter_, "clone3", error=errno.ENOSYS)
            _refuse(filter_, "clone", (0, MASKED_EQUAL, CLONE_THREAD, 0))
        result = library.seccomp_load(filter_)
        if result:
            raise OSError(-result, "cannot load the seccomp filter")
    finally:
        library.seccomp_release(filter_)


def _refuse_sockets(filter_: ctypes.c_void_p) -> None:
    # TCP only. A TCP socket can connect while it sends (fast open): that door is closed too.
    for family in (family for family in range(46) if family not in (socket.AF_UNIX, socket.AF_INET, socket.AF_INET6)):
        _refuse(filter_, "socket", (0, EQUAL, family, 0))
    for family in (socket.AF_INET, socket.AF_INET6):
        for kind in (socket.SOCK_DGRAM, socket.SOCK_RAW, 5, 10):
            _refuse(filter_, "socket", (0, EQUAL, family, 0), (1, MASKED_EQUAL, TYPE_MASK, kind))
    _refuse(filter_, "sendto", (3, MASKED_EQUAL, MSG_FASTOPEN, MSG_FASTOPEN))
    _refuse(filter_, "sendmsg", (2, MASKED_EQUAL, MSG_FASTOPEN, MSG_FASTOPEN))


def _refuse(
    filter_: ctypes.c_void_p, name: str, *comparisons: tuple[int, int, int, int], error: int = errno.EPERM
) -> None:
    library = _library()
    number = library.seccomp_syscall_resolve_name(name.encode())
    if number < 0:  # not a call of this processor
        return
    array = (_Comparison * max(1, len(comparisons)))(*(_Comparison(*one) for one in comparisons))
    action = ctypes.c_uint32(ERRNO | error)
    library.seccomp_rule_add_array(filter_, action, number, ctypes.c_uint(len(comparisons)), array)
