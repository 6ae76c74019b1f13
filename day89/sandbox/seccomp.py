"""Restrict the system calls of this process with seccomp to those that ``syscalls`` lists; all others fail with EPERM.

libseccomp makes the filter, once, for the processor that it runs on; loading it costs microseconds.
https://man7.org/linux/man-pages/man2/seccomp.2.html
"""

from __future__ import annotations

import ctypes
import ctypes.util
import errno
import os
from functools import cache
from typing import Any

from day89.sandbox.libc import checked, libc, prctl
from day89.sandbox.syscalls import Profile, Rule, rules_of

__all__ = ["ARCHITECTURES", "available", "filter_program", "judge_connections", "restrict_calls"]

ALLOW, ERRNO, NOTIFY = 0x7FFF0000, 0x00050000, 0x7FC00000
MASKED_EQUAL = 7
OPTIMIZE, AS_A_TREE = 8, 2
SECCOMP = {"x86_64": 317, "aarch64": 277, "arm64": 277}
ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7, "arm64": 0xC00000B7}  # linux/audit.h
NATIVE = 0
SET_FILTER, NEW_LISTENER, WAIT_KILLABLE = 1, 8, 32
NO_NEW_PRIVILEGES = 38


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
    """Return whether libseccomp is on this machine, and its processor one that the filters are made for."""
    try:
        return bool(_library()) and os.uname().machine in SECCOMP
    except OSError:
        return False


def restrict_calls(*, alone: bool) -> None:
    """Refuse, from now on, what a submission has no use for: it stays one process, without a network.

    Args:
        alone: see ``syscalls.Profile``.

    Raises:
        OSError: there is no libseccomp, or the kernel refused.
    """
    _load(filter_program(Profile(programs=False, alone=alone)), 0)


def judge_connections(*, alone: bool, signals: bool = False) -> int:
    """Refuse, from now on, what a script of an instance has no use for; it may start processes and use TCP.

    Whoever holds the descriptor decides about each ``connect``, ``bind`` and ``listen``: see ``seccomp_notify``.

    Args:
        alone: see ``syscalls.Profile``; otherwise they are asked about modes and times of files too.
        signals: ask about signals too.

    Returns:
        The descriptor on which they are asked. Hand it over: until somebody listens these calls wait.

    Raises:
        OSError: there is no libseccomp, or the kernel refused.
    """
    program = filter_program(Profile(programs=True, alone=alone, signals=signals))
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
def filter_program(profile: Profile, architecture: str | None = None) -> bytes:
    """Return the filter as the kernel takes it; made once, so that forks of this process have it.

    Args:
        profile: the kind of process.
        architecture: one of ``ARCHITECTURES``; None is this machine's.

    Raises:
        OSError: there is no libseccomp.
    """
    library = _library()
    filter_ = ctypes.c_void_p(library.seccomp_init(ctypes.c_uint32(ERRNO | errno.EPERM)))
    try:
        if architecture not in (None, os.uname().machine):
            library.seccomp_arch_add(filter_, ctypes.c_uint32(ARCHITECTURES[architecture or ""]))
            library.seccomp_arch_remove(filter_, ctypes.c_uint32(NATIVE))
        library.seccomp_attr_set(filter_, OPTIMIZE, AS_A_TREE)  # libseccomp before 2.5 makes a list
        for rule in rules_of(profile):
            _add(filter_, rule)
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


def _add(filter_: ctypes.c_void_p, rule: Rule) -> None:
    library = _library()
    number = library.seccomp_syscall_resolve_name(rule.name.encode())
    if number < 0:  # not a call of this processor, or younger than this libseccomp
        return
    action = NOTIFY if rule.asked else ALLOW if rule.error is None else ERRNO | rule.error
    comparisons = [_Comparison(one.argument, MASKED_EQUAL, one.mask, one.value) for one in rule.conditions]
    array = (_Comparison * max(1, len(comparisons)))(*comparisons)
    count = ctypes.c_uint(len(comparisons))
    result = library.seccomp_rule_add_array(filter_, ctypes.c_uint32(action), number, count, array)
    if result not in (0, -errno.EEXIST):
        raise OSError(-result, f"cannot make a rule for {rule.name}")
