"""Say which files of this machine a confined program may read: the interpreter, its libraries, the system's, by name.

What is not listed cannot be read. Copies of a package that is to stay secret are found in every folder of packages that
is listed, not only where the running one stands: an editable installation and a wheel may be on one machine.
"""

from __future__ import annotations

import sys
import sysconfig
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

__all__ = ["SYSTEM_FOLDERS", "interpreter_paths", "outermost", "private_places", "shown_paths", "system_paths"]

# Not /usr/src and /usr/local/src, where people keep checkouts.
SYSTEM_FOLDERS = (
    *("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"),
    *(f"/usr/{name}" for name in ("bin", "sbin", "lib", "lib32", "lib64", "libx32", "libexec", "share", "include")),
    *(f"/usr/local/{name}" for name in ("bin", "sbin", "lib", "lib64", "libexec", "share", "include")),
)
SYSTEM = (
    *(*SYSTEM_FOLDERS, "/nix/store", "/dev/null", "/dev/zero", "/dev/urandom", "/dev/random", "/dev/full"),
    *("/etc/ld.so.cache", "/etc/localtime", "/etc/mime.types", "/etc/ssl/certs", "/etc/ssl/openssl.cnf"),
    *("/etc/alternatives", "/etc/hosts", "/etc/nsswitch.conf", "/etc/passwd", "/etc/os-release"),
    *("/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/proc/sys/vm/overcommit_memory", "/sys/devices/system/cpu"),
)
PARTS_OF_A_PREFIX = ("bin", "lib", "lib64", "libexec", "include", "share", "pyvenv.cfg")
PACKAGE_FOLDERS = ("lib/python*/site-packages", "lib/python*/dist-packages", "lib64/python*/site-packages")


def interpreter_paths() -> list[Path]:
    """List what Python needs: its program, its standard library, the packages installed for it."""
    found = {Path(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib", "purelib", "platlib", "scripts")}
    executable = Path(sys.executable)
    linked = executable.parent / executable.readlink() if executable.is_symlink() else executable
    programs = [program.parent.parent for program in (linked, executable.resolve())]  # a chain of links, as uv makes it
    for prefix in {sys.prefix, sys.base_prefix, sys.base_exec_prefix, *map(str, programs)}:
        found |= {Path(prefix, name) for name in PARTS_OF_A_PREFIX}
    return sorted(path for path in found if path.exists())


def private_places(package: Path) -> list[Path]:
    """List where a package is on this machine, the checkout around it, and all other copies that programs could read.

    Args:
        package: folder of the package that is running.
    """
    found = {package}
    if (package.parent / "pyproject.toml").is_file():
        found.add(package.parent)
    for prefix in {sys.prefix, sys.base_prefix, "/usr", "/usr/local"}:
        for pattern in PACKAGE_FOLDERS:
            found |= set(Path(prefix).glob(f"{pattern}/{package.name}"))
    return sorted(found)


def outermost(paths: Iterable[str]) -> list[str]:
    """Return the paths of which none is below another."""
    wanted = sorted(set(paths))
    return [path for path in wanted if not any(path != one and Path(path).is_relative_to(one) for one in wanted)]


def shown_paths() -> list[str]:
    """List what a file system of one's own has to hold, but for ``/proc`` and ``/dev``."""
    own = (path for path in SYSTEM if not path.startswith(("/proc", "/dev")) and Path(path).exists())
    return outermost([*own, *map(str, interpreter_paths())])


def system_paths(hidden: Sequence[Path]) -> list[Path]:
    """List what Python and its libraries need to read: the interpreter, installed packages, the system's libraries.

    Args:
        hidden: folders that must not be among it; a folder that holds one of them is listed in parts.
    """
    wanted = {Path(path) for path in SYSTEM} | set(interpreter_paths())
    hidden = [*hidden, *(path.resolve() for path in hidden)]
    return [Path(path) for path in outermost(str(part) for path in wanted for part in _without(path, hidden))]


def _without(path: Path, hidden: Sequence[Path]) -> Iterator[Path]:
    if path.is_symlink() and path != Path("/proc/self"):  # which each process has to look up for itself
        path = path.resolve()  # a rule is for what a link leads to: lib64 of a virtual environment leads to lib
    if path in hidden or not path.exists():
        return
    if not any(one.is_relative_to(path) for one in hidden):
        yield path
        return
    for child in path.iterdir():
        yield from _without(child, hidden)
