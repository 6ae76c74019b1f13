"""Run a filter of system calls as the kernel would, so that those for other processors can be judged here too.

https://www.kernel.org/doc/html/latest/networking/filter.html
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

__all__ = ["verdict"]

LOAD, AND, RETURN, JUMP = 0x20, 0x54, 0x06, 0x05
TESTS = {
    0x15: lambda a, k: a == k,
    0x25: lambda a, k: a > k,
    0x35: lambda a, k: a >= k,
    0x45: lambda a, k: bool(a & k),
}


def verdict(program: bytes, architecture: int, number: int, arguments: Sequence[int] = ()) -> int:
    """Return what a filter says of one call.

    Args:
        program: the filter.
        architecture: as ``linux/audit.h`` numbers it.
        number: of the system call.
        arguments: up to six, 64 bits wide.
    """
    padded = [*arguments, *[0] * (6 - len(arguments))]
    data = struct.pack("<IIQ6Q", number & 0xFFFFFFFF, architecture, 0, *(one & 0xFFFFFFFFFFFFFFFF for one in padded))
    code = list(struct.iter_unpack("<HBBI", program))
    place = value = 0
    while True:
        operation, yes, no, constant = code[place]
        place += 1
        if operation == LOAD:
            (value,) = struct.unpack_from("<I", data, constant)
        elif operation == AND:
            value &= constant
        elif operation == JUMP:
            place += constant
        elif operation == RETURN:
            return constant
        else:
            place += yes if TESTS[operation](value, constant) else no
