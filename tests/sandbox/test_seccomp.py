"""The filters of system calls allow by name, on every processor, and compare what the kernel reads of an argument."""

from __future__ import annotations

import ctypes
import errno
import os
import socket
import sys

import pytest
from bpf import verdict

from day89.sandbox import seccomp
from day89.sandbox.syscalls import Profile

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or not seccomp.available(), reason="there is no libseccomp on this machine"
)
SUBMISSION, ALONE = Profile(programs=False, alone=False), Profile(programs=False, alone=True)
SCRIPT, LANDLOCKED = Profile(programs=True, alone=True), Profile(programs=True, alone=False, signals=True)
ALLOW, EPERM, ENOSYS = seccomp.ALLOW, seccomp.ERRNO | errno.EPERM, seccomp.ERRNO | errno.ENOSYS
HIGH = 1 << 32  # the kernel does not read it of an int
INET, UNIX, STREAM, DATAGRAM = socket.AF_INET, socket.AF_UNIX, socket.SOCK_STREAM, socket.SOCK_DGRAM
CLOEXEC, FASTOPEN, THREAD, NEWUSER = 0o2000000, 0x20000000, 0x10000, 0x10000000
# Name, arguments, and what a submission and a script get.
CASES = [
    ("read", (0, 0, 1), ALLOW, ALLOW),
    ("socket", (INET, STREAM | CLOEXEC, 0), ALLOW, ALLOW),
    ("socket", (INET | HIGH, STREAM, 6), ALLOW, ALLOW),
    ("socket", (INET, DATAGRAM, 0), EPERM, EPERM),
    ("socket", (INET | HIGH, DATAGRAM, 0), EPERM, EPERM),
    ("socket", (INET, DATAGRAM | HIGH, 0), EPERM, EPERM),
    ("socket", (INET, 3, 255), EPERM, EPERM),
    ("socket", (INET, STREAM, 132), EPERM, EPERM),
    ("socket", (16 | HIGH, 3, 2), EPERM, EPERM),
    ("socket", (17, 3, 0), EPERM, EPERM),
    ("socket", (40, STREAM, 0), EPERM, EPERM),
    ("socket", (99, STREAM, 0), EPERM, EPERM),
    ("socket", (UNIX, STREAM, 0), EPERM, ALLOW),
    ("socket", (UNIX, DATAGRAM, 0), EPERM, EPERM),
    ("socketpair", (UNIX, STREAM, 0), ALLOW, ALLOW),
    ("socketpair", (UNIX | HIGH, DATAGRAM, 0), EPERM, EPERM),
    ("sendto", (3, 1, 1, 0, 0, 0), ALLOW, ALLOW),
    ("sendto", (3, 1, 1, 0, 0x7FFF, 16), EPERM, EPERM),
    ("sendto", (3, 1, 1, FASTOPEN | HIGH, 0, 0), EPERM, EPERM),
    ("sendmsg", (3, 1, 0), EPERM, ALLOW),
    ("sendmsg", (3, 1, FASTOPEN), EPERM, EPERM),
    ("clone", (THREAD | 0xF00,), ALLOW, ALLOW),
    ("clone", (17,), EPERM, ALLOW),
    ("clone", (THREAD | NEWUSER,), EPERM, EPERM),
    ("clone3", (0, 88), ENOSYS, ENOSYS),
    ("openat2", (0, 0, 0, 24), ENOSYS, ENOSYS),
    ("prlimit64", (0, 7, 1, 0), ALLOW, ALLOW),
    ("prlimit64", (HIGH, 7, 1, 0), ALLOW, ALLOW),
    ("prlimit64", (1, 7, 1, 0), EPERM, EPERM),
    ("sched_setscheduler", (0, 1, 1), EPERM, EPERM),
    ("setpriority", (0, 1, 5), EPERM, EPERM),
    ("kill", (1, 0), EPERM, ALLOW),
    ("execve", (1, 1, 1), EPERM, ALLOW),
    ("fcntl", (3, 1030, 0), ALLOW, ALLOW),
    ("fcntl", (3, 8 | HIGH, 1), EPERM, EPERM),  # who gets signals
    ("ioctl", (3, 0x541B, 0), ALLOW, ALLOW),
    ("ioctl", (0, 0x5412 | HIGH, 0), EPERM, EPERM),  # put input into a terminal
    ("ioctl", (3, 0x40086602, 0), EPERM, EPERM),  # make a file immutable
    ("openat", (-100, 1, 0o101, 0o644), ALLOW, ALLOW),
    ("openat", (-100, 1, 0o101, 0o4755), EPERM, EPERM),
    ("openat", (-100, 1, 0, 0o4755), ALLOW, ALLOW),
    ("mknodat", (-100, 1, 0o010644, 0), EPERM, ALLOW),
    ("mknodat", (-100, 1, 0o020644, 0x103), EPERM, EPERM),
    *((name, (1, 1, 1, 1), EPERM, EPERM) for name in ("ptrace", "bpf", "mount", "unshare", "setns", "io_uring_setup")),
    *((name, (1, 1, 1, 1), EPERM, EPERM) for name in ("memfd_create", "shmget", "mq_open", "keyctl", "userfaultfd")),
    *(
        (name, (1, 1, 1, 1), EPERM, EPERM)
        for name in ("pidfd_open", "pidfd_getfd", "process_vm_readv", "kcmp", "chroot")
    ),
    *(
        (name, (1, 1, 1, 1), EPERM, EPERM)
        for name in ("process_madvise", "migrate_pages", "ioprio_set", "acct", "syslog")
    ),
]


def number(name: str, architecture: str) -> int:
    """Return the number of a call on a processor; negative where it has none."""
    library = seccomp._library()
    return int(
        library.seccomp_syscall_resolve_name_arch(ctypes.c_uint32(seccomp.ARCHITECTURES[architecture]), name.encode())
    )


@pytest.mark.parametrize("architecture", ["x86_64", "aarch64"])
@pytest.mark.parametrize(("name", "arguments", "submission", "script"), CASES)
def test_a_call_is_allowed_or_refused(
    architecture: str, name: str, arguments: tuple[int, ...], submission: int, script: int
) -> None:
    found = number(name, architecture)
    assert found >= 0
    for profile, expected in ((SUBMISSION, submission), (ALONE, submission), (SCRIPT, script)):
        program = seccomp.filter_program(profile, architecture)
        assert verdict(program, seccomp.ARCHITECTURES[architecture], found, arguments) == expected


@pytest.mark.parametrize("architecture", ["x86_64", "aarch64"])
def test_modes_are_changed_where_no_file_of_others_is(architecture: str) -> None:
    def of(profile: Profile, *arguments: int) -> int:
        program = seccomp.filter_program(profile, architecture)
        return verdict(program, seccomp.ARCHITECTURES[architecture], number("fchmodat", architecture), arguments)

    assert of(SUBMISSION, -100, 1, 0o777) == seccomp.ERRNO  # says that it is done, and nothing is
    assert of(ALONE, -100, 1, 0o777) == of(SCRIPT, -100, 1, 0o777) == ALLOW
    assert of(ALONE, -100, 1, 0o4777) == of(SCRIPT, -100, 1, 0o4777) == EPERM
    assert of(LANDLOCKED, -100, 1, 0o777) == seccomp.NOTIFY


@pytest.mark.parametrize("profile", [SUBMISSION, ALONE, SCRIPT, LANDLOCKED])
@pytest.mark.parametrize("architecture", ["x86_64", "aarch64"])
def test_what_has_no_name_here_is_refused(architecture: str, profile: Profile) -> None:
    program, known = seccomp.filter_program(profile, architecture), seccomp.ARCHITECTURES[architecture]
    assert verdict(program, known, 5000) == EPERM
    assert verdict(program, 0x40000003, number("read", architecture)) == 0  # 32-bit calls of x86 end the thread
    if architecture == "x86_64":
        assert verdict(program, known, number("read", architecture) | 0x40000000) in (0, EPERM)  # x32


def test_the_processor_that_runs_this_has_a_filter_or_is_told() -> None:
    assert (os.uname().machine in seccomp.SECCOMP) == seccomp.available()
