"""Filter system calls that a submission or a script has no use for, with seccomp. A refused call fails with EPERM.

A list of what is refused, not of what is allowed: what numpy, glibc and Python call differs from release to release.
libseccomp makes the filter, once; loading it costs microseconds.
https://man7.org/linux/man-pages/man2/seccomp.2.html
"""

from __future__ import annotations

import ctypes
import ctypes.util
import errno
import os
import socket
from functools import cache
from typing import Any

from day89.sandbox.libc import checked, libc, prctl
from day89.sandbox.signals import NAMES as SIGNALS

__all__ = ["available", "filter_program", "judge_connections", "restrict_calls"]

ALLOW, ERRNO, NOTIFY = 0x7FFF0000, 0x00050000, 0x7FC00000
NOT_EQUAL, EQUAL, GREATER, MASKED_EQUAL = 1, 4, 6, 7
CLONE_THREAD, MSG_FASTOPEN, TYPE_MASK = 0x10000, 0x20000000, 0xF
# New mount, cgroup, UTS, IPC, user, process and network namespaces.
CLONE_NEW = (0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000)
SECCOMP = {"x86_64": 317, "aarch64": 277, "arm64": 277}
SET_FILTER, NEW_LISTENER, WAIT_KILLABLE = 1, 8, 32
NO_NEW_PRIVILEGES = 38

ALWAYS = (
    *("ptrace", "process_vm_readv", "process_vm_writev", "pidfd_open", "pidfd_getfd", "pidfd_send_signal", "kcmp"),
    *("mount", "umount2", "pivot_root", "chroot", "unshare", "setns", "open_tree", "move_mount", "fsopen", "fsmount"),
    *("mount_setattr", "fsconfig", "fspick", "seccomp"),
    *("bpf", "perf_event_open", "userfaultfd", "io_uring_setup", "io_uring_enter", "io_uring_register", "personality"),
    *("keyctl", "add_key", "request_key", "memfd_secret", "shmget", "shmat", "msgget", "semget", "mq_open"),
    *("init_module", "finit_module", "delete_module", "kexec_load", "kexec_file_load", "reboot", "swapon", "swapoff"),
    *("settimeofday", "clock_settime", "clock_adjtime", "adjtimex", "sethostname", "setdomainname", "syslog", "acct"),
    *("quotactl", "name_to_handle_at", "open_by_handle_at", "fanotify_init", "nfsservctl", "lookup_dcookie", "vhangup"),
    *("sched_setaffinity", "setpriority", "ioprio_set"),
)
# A submission is one process: it starts none, signals none, listens to none, makes no links. Threads are fine.
ONE_PROCESS = (
    *("fork", "vfork", "execve", "execveat", "kill", "tkill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo"),
    *("connect", "bind", "listen", "accept", "accept4", "sendmmsg", "memfd_create", "setsid", "setpgid"),
    *("mknod", "mknodat", "symlink", "symlinkat", "link", "linkat"),
)
JUDGED = ("connect", "bind", "listen")


class _Comparison(ctypes.Structure):
    _fields_ = (("arg", ctypes.c_uint), ("op", ctypes.c_int), ("a", ctypes.c_uint64), ("b", ctypes.c_uint64))


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_char_p))


@cache
def _library() -> Any:
    try:
        library = ctypes.CDLL("libseccomp.so.2", use_errno=True)
    except OSError:  # looking for it costs a tenth of a second
        library = ctypes.CDLL(ctypes.util.find_library("seccomp") or "libseccomp.so", use_errno=True)
    library.seccomp_init.restype = ctypes.c_void_p
    return library


def available() -> bool:
    """Return whether libseccomp is on this machine."""
    try:
        return bool(_library()) and os.uname().machine in SECCOMP
    except OSError:
        return False


def restrict_calls() -> None:
    """Refuse, from now on, what a submission has no use for: it stays one process, without a network.

    Raises:
        OSError: there is no libseccomp, or the kernel refused.
    """
    _load(filter_program(False), 0)


def judge_connections(*, signals: bool = False) -> int:
    """Refuse, from now on, what a script of an instance has no use for; it may start processes and use TCP.

    Whoever holds the descriptor decides about each ``connect``, ``bind`` and ``listen``: see ``connections``.

    Args:
        signals: ask about signals too.

    Returns:
        The descriptor on which they are asked. Hand it over: until somebody listens these calls wait.

    Raises:
        OSError: there is no libseccomp, or the kernel refused.
    """
    program = filter_program(True, signals)
    try:
        return _load(program, NEW_LISTENER | WAIT_KILLABLE)
    except OSError as error:
        if error.errno != errno.EINVAL:  # WAIT_KILLABLE is of Linux 5.19
            raise
        return _load(program, NEW_LISTENER)


def _load(program: bytes, flags: int) -> int:
    prctl(NO_NEW_PRIVILEGES, 1)
    filter_ = _Program(len(program) // 8, program)
    number = SECCOMP[os.uname().machine]
    return checked(libc().syscall(number, SET_FILTER, flags, ctypes.byref(filter_)), "load the seccomp filter")


@cache
def filter_program(processes: bool, signals: bool = False) -> bytes:
    """Return the filter as the kernel takes it; made once, so that forks of this process have it.

    Args:
        processes: for a script of an instance, else for a submission.
        signals: ask about signals.

    Raises:
        OSError: there is no libseccomp.
    """
    library = _library()
    filter_ = ctypes.c_void_p(library.seccomp_init(ctypes.c_uint32(ALLOW)))
    try:
        for name in ALWAYS if processes else ALWAYS + ONE_PROCESS:
            _refuse(filter_, name)
        _refuse_sockets(filter_)
        # clone3 hides its flags in memory; glibc falls back to clone where it is said not to exist.
        _refuse(filter_, "clone3", error=errno.ENOSYS)
        if processes:
            for flag in CLONE_NEW:
                _refuse(filter_, "clone", (0, MASKED_EQUAL, flag, flag))
            for name in JUDGED + (SIGNALS if signals else ()):
                _add(filter_, NOTIFY, name)
            for name in ("rt_sigqueueinfo", "rt_tgsigqueueinfo") if signals else ():
                _refuse(filter_, name)
        else:
            _refuse(filter_, "clone", (0, MASKED_EQUAL, CLONE_THREAD, 0))
        return _exported(filter_)
    finally:
        library.seccomp_release(filter_)


def _exported(filter_: ctypes.c_void_p) -> bytes:
    memory = os.memfd_create("day89-filter")
    try:
        result = _library().seccomp_export_bpf(filter_, memory)
        if result:
            raise OSError(-result, "cannot make the seccomp filter")
        return os.pread(memory, 1 << 20, 0)
    finally:
        os.close(memory)


def _refuse_sockets(filter_: ctypes.c_void_p) -> None:
    # TCP only. A TCP socket can connect while it sends (fast open): that door is closed too.
    for family in (family for family in range(46) if family not in (socket.AF_UNIX, socket.AF_INET, socket.AF_INET6)):
        _refuse(filter_, "socket", (0, EQUAL, family, 0))
    for family in (socket.AF_INET, socket.AF_INET6):
        for kind in (2, 3, 4, 5, 6, 10):  # datagram, raw, reliable datagram, packets in order, DCCP, packet
            _refuse(filter_, "socket", (0, EQUAL, family, 0), (1, MASKED_EQUAL, TYPE_MASK, kind))
        _refuse(filter_, "socket", (0, EQUAL, family, 0), (2, GREATER, socket.IPPROTO_TCP, 0))
    # A datagram names its receiver in each sendto: nobody would be asked.
    _refuse(filter_, "socket", (0, EQUAL, socket.AF_UNIX, 0), (1, MASKED_EQUAL, TYPE_MASK, 2))
    for name, place in (("sendto", 3), ("sendmsg", 2), ("sendmmsg", 3)):
        _refuse(filter_, name, (place, MASKED_EQUAL, MSG_FASTOPEN, MSG_FASTOPEN))


def _refuse(
    filter_: ctypes.c_void_p, name: str, *comparisons: tuple[int, int, int, int], error: int = errno.EPERM
) -> None:
    _add(filter_, ERRNO | error, name, *comparisons)


def _add(filter_: ctypes.c_void_p, action: int, name: str, *comparisons: tuple[int, int, int, int]) -> None:
    library = _library()
    number = library.seccomp_syscall_resolve_name(name.encode())
    if number < 0:  # not a call of this processor
        return
    array = (_Comparison * max(1, len(comparisons)))(*(_Comparison(*one) for one in comparisons))
    count = ctypes.c_uint(len(comparisons))
    result = library.seccomp_rule_add_array(filter_, ctypes.c_uint32(action), number, count, array)
    if result not in (0, -errno.EEXIST):
        raise OSError(-result, f"cannot refuse {name}")
