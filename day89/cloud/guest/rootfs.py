"""Decide what an instance sees of this machine: the system, the Python environment, what of this package it needs.

Not the answers and checks of the course, which in a checkout stand beside the package and in an installation inside it,
nor the cloud and the grader. So an instance gets a package of its own, copied once a supervisor, in the place of this.
"""

from __future__ import annotations

import contextlib
import os
import stat
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from day89.sandbox.visible import SYSTEM_FOLDERS, interpreter_paths, private_places

__all__ = ["PACKAGE", "SYSTEM", "RootFilesystem", "make_view", "visible_paths"]

GUEST = Path(__file__).resolve().parent
PACKAGE = GUEST.parents[1]
LEFT_OUT = frozenset({"cloud", "course", "processes", "sandbox", "_files"})
DATA = ("data/prices.toml", "data/instance_types.csv")  # what the package itself reads, wherever it is installed
# Not /usr/src and /usr/local/src, where people keep checkouts.
SYSTEM = (*SYSTEM_FOLDERS, "/etc/alternatives", "/sys/devices/system/cpu")
# The settings that programs look for; no password, key or service of this machine.
SETTINGS = """
    bash.bashrc ca-certificates.conf crypto-policies debian_version default/locale environment gai.conf group host.conf
    hosts inputrc ld.so.cache ld.so.conf ld.so.conf.d locale.alias locale.conf localtime lsb-release magic mailcap
    mime.types nsswitch.conf os-release passwd pki/tls/cert.pem pki/tls/certs/ca-bundle.crt profile profile.d protocols
    rpc services shells ssl/cert.pem ssl/certs/ca-certificates.crt ssl/openssl.cnf system-release terminfo timezone
    wgetrc
"""


@dataclass(frozen=True)
class RootFilesystem:
    """The part of the file system that an instance sees.

    Attributes:
        shown: files and folders that are visible, read-only, at their own paths.
        covers: pairs of what is seen and where, in the place of what stands there.
        settings: the folder that is linked from ``/etc``.
        read: what a script may read where its folder cannot be made the root; all else is refused.
        hidden: what it may not read there.
    """

    shown: tuple[str, ...]
    covers: tuple[tuple[str, str], ...]
    settings: str
    read: tuple[str, ...]
    hidden: tuple[str, ...]


def visible_paths(commands: Path) -> list[str]:
    """Return what an instance must see beside the system: the interpreter, its packages, the commands.

    Args:
        commands: the folder of commands.
    """
    paths = {*map(str, interpreter_paths()), str(commands.parent)}
    paths |= {entry for entry in sys.path if entry.endswith(("site-packages", "dist-packages"))}
    outside = sorted(path for path in paths if not any(Path(path).is_relative_to(place) for place in SYSTEM))
    return [
        path for path in outside if not any(path != other and Path(path).is_relative_to(other) for other in outside)
    ]


def make_view(commands: Path) -> RootFilesystem:
    """Copy what instances get copies of, and say what they see.

    Args:
        commands: the folder of commands; the copies are made beside it.
    """
    base = commands.parent
    package, settings, nothing = base / "package", base / "settings", base / "nothing"
    _copy_package(package)
    _copy_settings(settings)
    nothing.mkdir(exist_ok=True)
    (base / "empty").touch()
    shown = visible_paths(commands)
    covers = [(str(package), str(PACKAGE))]
    hidden = list(_private_places(shown))
    for path in hidden:
        if any(path.is_relative_to(seen) for seen in [*shown, *SYSTEM]):
            covers.append((str(nothing if path.is_dir() else base / "empty"), str(path)))
    parts = [str(path) for path in _own_parts()]
    names = (str(PACKAGE), *map(str, hidden))
    return RootFilesystem(tuple(shown), tuple(covers), str(settings), (*parts, str(base), "/proc"), names)


def _private_places(shown: Sequence[str]) -> Iterator[Path]:
    """Yield other copies of the package, and what stands beside it in a checkout, but for what is to be seen."""
    for place in private_places(PACKAGE):
        if place == PACKAGE.parent:
            beside = (path for path in place.iterdir() if path != PACKAGE)
            yield from (path for path in beside if not any(Path(one).is_relative_to(path) for one in shown))
        elif place != PACKAGE:
            yield place


def _own_parts() -> Iterator[Path]:
    """Yield what of this package an instance needs: the rooms that are taught, and the programs of its side."""
    for path in PACKAGE.iterdir():
        if path.name not in LEFT_OUT and not path.name.startswith((".", "__pycache__")):
            yield path
    yield GUEST


def _copy_package(target: Path) -> None:
    for path in _own_parts():
        _copy(path, target / path.relative_to(PACKAGE))
    for name in DATA:
        for source in (PACKAGE.parent / name, PACKAGE / "_files" / name):
            if source.exists():
                _copy(source, target / "_files" / name)


def _copy_settings(target: Path) -> None:
    for name in SETTINGS.split():
        source = Path("/etc", name)
        if source.exists() and source.stat().st_mode & stat.S_IROTH:
            _copy(source.resolve(), target / name)


def _copy(source: Path, target: Path) -> None:
    """Copy a file or a folder for everybody to read, links as they are."""
    target.parent.mkdir(parents=True, exist_ok=True)
    open_ends = [(str(source), str(target))]
    while open_ends:
        path, to = open_ends.pop()
        with contextlib.suppress(OSError):
            found = os.lstat(path)
            if stat.S_ISLNK(found.st_mode):
                os.symlink(os.readlink(path), to)  # noqa: PTH115, PTH211 - a thousand times, before anything can start
            elif stat.S_ISDIR(found.st_mode):
                os.mkdir(to)  # noqa: PTH102
                open_ends += [(f"{path}/{name}", f"{to}/{name}") for name in os.listdir(path)]  # noqa: PTH208
            elif stat.S_ISREG(found.st_mode):
                _copy_file(path, to, found)


def _copy_file(path: str, to: str, found: os.stat_result) -> None:
    reader, writer = os.open(path, os.O_RDONLY), os.open(to, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    try:
        os.write(writer, os.read(reader, found.st_size))
        os.utime(writer, ns=(found.st_atime_ns, found.st_mtime_ns))  # compiled files are good for that time only
    finally:
        os.close(reader)
        os.close(writer)
