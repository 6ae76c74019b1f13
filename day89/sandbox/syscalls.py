"""The system calls that a confined process may make, by name; what is not listed fails with EPERM.

Arguments are compared in the width that the kernel reads: of an ``int`` it takes the low 32 bits, whatever is above.
Two kinds of process are known: a submission, which stays one process without a network, and a program of an instance,
which may start others and use TCP.
https://man7.org/linux/man-pages/man2/syscalls.2.html
"""

from __future__ import annotations

import errno
import socket
from dataclasses import dataclass
from typing import NamedTuple

__all__ = ["MODES_AND_TIMES", "Condition", "Profile", "Rule", "rules_of"]

INT, LONG = 0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF
TYPE_MASK, MSG_FASTOPEN = 0xF, 0x20000000
CLONE_THREAD = 0x10000
# New mount, cgroup, UTS, IPC, user, process and network namespaces.
CLONE_NEW = 0x20000 | 0x2000000 | 0x4000000 | 0x8000000 | 0x10000000 | 0x20000000 | 0x40000000
FORMAT, FIFO, REGULAR, SOCKET = 0o170000, 0o010000, 0o100000, 0o140000
SET_USER = 0o4000  # a program that runs as its owner: as whoever grades
CREATES = 0o100 | 0o20000000  # O_CREAT, O_TMPFILE: only then has opening a mode

FILES = """
    read write readv writev pread64 pwrite64 preadv pwritev preadv2 pwritev2 lseek sendfile copy_file_range
    close close_range dup dup2 dup3 pipe pipe2 truncate ftruncate fallocate fsync fdatasync
    flock fadvise64 readahead stat fstat lstat newfstatat statx access faccessat faccessat2 readlink readlinkat
    getdents getdents64 getcwd chdir fchdir mkdir mkdirat rmdir unlink unlinkat rename renameat renameat2 umask
    statfs fstatfs
"""
MEMORY = "mmap munmap mremap mprotect madvise brk msync mincore mlock mlock2 munlock mseal map_shadow_stack"
WAITING = """
    poll ppoll select pselect6 epoll_create epoll_create1 epoll_ctl epoll_wait epoll_wait_old epoll_pwait epoll_pwait2
    eventfd eventfd2 signalfd signalfd4 timerfd_create timerfd_settime timerfd_gettime nanosleep clock_nanosleep
    clock_gettime clock_getres gettimeofday time times getitimer setitimer alarm pause timer_create timer_settime
    timer_gettime timer_getoverrun timer_delete futex futex_waitv futex_wake futex_wait futex_requeue
"""
ITSELF = """
    exit exit_group wait4 waitid rt_sigaction rt_sigprocmask rt_sigreturn rt_sigpending rt_sigsuspend rt_sigtimedwait
    sigaltstack restart_syscall set_tid_address set_robust_list rseq membarrier arch_prctl getpid getppid gettid getuid
    geteuid getgid getegid getresuid getresgid getgroups getpgrp getpgid getsid getrusage getrlimit setrlimit
    getpriority sched_yield sched_getaffinity sched_getparam sched_getscheduler sched_get_priority_max
    sched_get_priority_min sched_rr_get_interval getcpu uname sysinfo getrandom capget
"""
CONNECTED = "recvfrom recvmsg getsockname getpeername getsockopt setsockopt shutdown"
COMMON = (*FILES.split(), *MEMORY.split(), *WAITING.split(), *ITSELF.split(), *CONNECTED.split())
# What a script of an instance does beside: start programs, serve, make links, change to a user that it is already.
PROGRAMS = """
    fork vfork execve execveat setsid setpgid kill tkill tgkill rt_sigqueueinfo rt_tgsigqueueinfo accept accept4
    recvmmsg symlink symlinkat link linkat splice tee vmsplice setuid setgid setreuid setregid setresuid setresgid
    setgroups setfsuid setfsgid capset prctl
"""
ASKED = ("connect", "bind", "listen")
SIGNALS = ("kill", "tkill", "tgkill")
QUEUED_SIGNALS = ("rt_sigqueueinfo", "rt_tgsigqueueinfo")
MODES = (("chmod", 1), ("fchmod", 1), ("fchmodat", 2), ("fchmodat2", 2))  # and where the mode stands
TIMES = ("utime", "utimes", "utimensat", "futimesat")
MODES_AND_TIMES = (*(name for name, _ in MODES), *TIMES)
OWNERS = ("chown", "lchown", "fchown", "fchownat")
ATTRIBUTES = tuple(f"{how}{what}xattr" for what in ("get", "list", "set", "remove") for how in ("", "l", "f"))
WATCHES = ("inotify_init", "inotify_init1", "inotify_add_watch", "inotify_rm_watch")

# Duplicate, flags of descriptors and files, locks, sizes of pipes; not who gets signals.
FCNTL = (0, 1, 2, 3, 4, 5, 6, 7, 36, 37, 38, 1030, 1031, 1032, 1034)
# Is it a terminal, of which size, how much can be read, does it block, does it stay open in a program; copy by link.
IOCTL = (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451, 0x40049409)
TERMINAL = (0x5402, 0x5403, 0x5404, 0x540F, 0x5410, 0x5429)  # of which an instance has none; programs ask all the same
PRCTL = (3, 15, 16, 0x53564D41)  # may it be looked into; names of threads and of memory


class Condition(NamedTuple):
    """What one argument must be: ``argument & mask == value``."""

    argument: int
    mask: int
    value: int


class Rule(NamedTuple):
    """One system call, and what becomes of it where all conditions hold: an error number, or None for the kernel's own.

    ``asked`` leaves the decision to whoever holds the filter's descriptor.
    """

    name: str
    conditions: tuple[Condition, ...] = ()
    error: int | None = None
    asked: bool = False


@dataclass(frozen=True)
class Profile:
    """What a kind of confined process is.

    Attributes:
        programs: it may start programs and use TCP: a script of an instance. Else it is a submission.
        alone: no file but its own is writable in its file system, so that it may change modes, times and owners.
        signals: the kernel does not hold its signals to its own processes: somebody is asked.
    """

    programs: bool
    alone: bool
    signals: bool = False


def rules_of(profile: Profile) -> list[Rule]:
    """List what a kind of process may call, and what fails otherwise than with EPERM."""
    names = [*COMMON, *(PROGRAMS.split() if profile.programs else ()), *(WATCHES if profile.alone else ())]
    if profile.signals:
        names = [name for name in names if name not in SIGNALS + QUEUED_SIGNALS]
    rules = [Rule(name) for name in names]
    # These hide their flags in memory; glibc and others fall back where they are said not to exist.
    rules += [Rule("clone3", error=errno.ENOSYS), Rule("openat2", error=errno.ENOSYS)]
    rules += [*_opening(), *_metadata(profile), *_arguments(profile), *_sockets(profile)]
    if profile.programs:
        rules += [Rule(name, asked=True) for name in ASKED + (SIGNALS if profile.signals else ())]
        rules.append(Rule("sync", error=0))  # would write out everybody's files
    return rules


def _opening() -> list[Rule]:
    rules = [_when("creat", (1, SET_USER, 0))]
    for name, flags, mode in (("open", 1, 2), ("openat", 2, 3)):
        rules += [_when(name, (flags, CREATES, 0)), _when(name, (mode, SET_USER, 0))]
    return rules


def _metadata(profile: Profile) -> list[Rule]:
    """Return the rules for modes, times and owners, which Landlock does not cover."""
    if profile.alone:
        modes = [_when(name, (place, SET_USER, 0)) for name, place in MODES]
        return [*modes, *(Rule(name) for name in (*TIMES, *OWNERS, *ATTRIBUTES))]
    attributes = [Rule(name, error=errno.ENOTSUP) for name in ATTRIBUTES]
    if profile.programs:
        return [*attributes, *(Rule(name, asked=True) for name in MODES_AND_TIMES), *(Rule(n, error=0) for n in OWNERS)]
    # Nothing is changed, and shutil.copy goes on.
    return [*attributes, *(Rule(name, error=0) for name in MODES_AND_TIMES)]


def _arguments(profile: Profile) -> list[Rule]:
    requests = (*IOCTL, *TERMINAL) if profile.programs else IOCTL
    rules = [_when("fcntl", (1, INT, command)) for command in FCNTL]
    rules += [_when("ioctl", (1, INT, request)) for request in requests]
    rules.append(_when("prlimit64", (0, INT, 0)))  # its own limits, nobody else's
    rules += [_when("personality", (0, INT, value)) for value in (0, INT)]
    if not profile.programs:
        rules += [_when("prctl", (0, INT, option)) for option in PRCTL]
        return [*rules, _when("clone", (0, CLONE_THREAD | CLONE_NEW, CLONE_THREAD))]
    for name, place in (("mknod", 1), ("mknodat", 2)):
        rules += [_when(name, (place, FORMAT | SET_USER, kind)) for kind in (0, FIFO, REGULAR, SOCKET)]
    return [*rules, _when("clone", (0, CLONE_NEW, 0))]


def _sockets(profile: Profile) -> list[Rule]:
    """TCP, and streams between own processes; a datagram names its receiver in each call, and nobody would be asked."""
    tcp = [
        _when("socket", (0, INT, family), (1, TYPE_MASK, socket.SOCK_STREAM), (2, INT, protocol))
        for family in (socket.AF_INET, socket.AF_INET6)
        for protocol in (0, socket.IPPROTO_TCP)
    ]
    kinds = (socket.SOCK_STREAM, socket.SOCK_SEQPACKET) if profile.programs else (socket.SOCK_STREAM,)
    pairs = [_when("socketpair", (0, INT, socket.AF_UNIX), (1, TYPE_MASK, kind)) for kind in kinds]
    # A TCP socket could connect while it sends (fast open), and a receiver could be named.
    sending = [_when("sendto", (3, MSG_FASTOPEN, 0), (4, LONG, 0))]
    if not profile.programs:
        return [*tcp, *pairs, *sending]
    local = [_when("socket", (0, INT, socket.AF_UNIX), (1, TYPE_MASK, kind)) for kind in kinds]
    messages = [_when("sendmsg", (2, MSG_FASTOPEN, 0)), _when("sendmmsg", (3, MSG_FASTOPEN, 0))]
    return [*tcp, *pairs, *sending, *local, *messages]


def _when(name: str, *conditions: tuple[int, int, int]) -> Rule:
    return Rule(name, tuple(Condition(*one) for one in conditions))
