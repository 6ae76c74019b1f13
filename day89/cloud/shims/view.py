"""Say what an instance sees of this machine: the system, the Python environment, what of this package it needs.

Not the answers and checks of the course, which in a checkout stand beside the package and in an installation inside it,
nor the cloud and the grader. So an instance gets a package of its own, copied once a supervisor, in the place of this.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["ANSWERS", "PACKAGE", "View", "make_view", "visible_paths"]

SHIMS = Path(__file__).resolve().parent
PACKAGE = SHIMS.parents[1]
LEFT_OUT = frozenset({"cloud", "course", "confine", "_files"})
DATA = ("data/prices.toml", "data/instance_types.csv")  # what the package itself reads, wherever it is installed
ANSWERS = ("solution.py", "exercise.py", "tests", "quiz", "data", "docs", ".git")
# The settings that programs look for; no password, key or service of this machine.
SETTINGS = """
    alternatives bash.bashrc bindresvport.blacklist ca-certificates ca-certificates.conf crypto-policies debian_version
    default/locale environment gai.conf group host.conf hosts inputrc ld.so.cache ld.so.conf ld.so.conf.d localtime
    locale.alias locale.conf lsb-release magic mailcap mime.types nsswitch.conf os-release passwd
    pki/ca-trust pki/tls/cert.pem pki/tls/certs profile profile.d protocols rpc services shells skel ssl/cert.pem
    ssl/certs ssl/openssl.cnf system-release terminfo timezone wgetrc
"""


@dataclass(frozen=True)
class View:
    """Hold what an instance sees.

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
    executable = Path(sys.executable)
    linked = executable.parent / executable.readlink() if executable.is_symlink() else executable
    paths = {sys.prefix, sys.base_prefix, str(linked.parent.parent), str(executable.resolve().parent.parent)}
    paths |= {str(commands.parent)}
    paths |= {entry for entry in sys.path if entry.endswith(("site-packages", "dist-packages"))}
    outside = sorted(path for path in paths if path != "/" and not path.startswith("/usr/"))
    return [
        path for path in outside if not any(path != other and Path(path).is_relative_to(other) for other in outside)
    ]


def make_view(commands: Path) -> View:
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
    for path in _answers():
        if any(path.is_relative_to(seen) for seen in [*shown, "/usr"]):
            covers.append((str(nothing if path.is_dir() else base / "empty"), str(path)))
    parts = [str(path) for path in _own_parts()]
    hidden = (str(PACKAGE), *map(str, _answers()))
    return View(tuple(shown), tuple(covers), str(settings), (*parts, str(base), "/proc"), hidden)


def _answers() -> list[Path]:
    checkout = PACKAGE.parent
    if not (checkout / "pyproject.toml").is_file():
        return []
    return [checkout / name for name in ANSWERS if (checkout / name).exists()]


def _own_parts() -> Iterator[Path]:
    """Yield what of this package an instance needs: the rooms that are taught, and the programs of its side."""
    for path in PACKAGE.iterdir():
        if path.name not in LEFT_OUT and not path.name.startswith((".", "__pycache__")):
            yield path
    yield SHIMS


def _copy_package(target: Path) -> None:
    skip = shutil.ignore_patterns("*.tmp")
    for path in _own_parts():
        to = target / path.relative_to(PACKAGE)
        to.parent.mkdir(parents=True, exist_ok=True)
        if path.is_dir():
            shutil.copytree(path, to, dirs_exist_ok=True, ignore=skip)
        else:
            shutil.copy2(path, to)
    for name in DATA:
        (target / "_files" / name).parent.mkdir(parents=True, exist_ok=True)
        for source in (PACKAGE.parent / name, PACKAGE / "_files" / name):
            if source.exists():
                shutil.copy2(source, target / "_files" / name)


def _copy_settings(target: Path) -> None:
    target.mkdir(exist_ok=True)
    for name in SETTINGS.split():
        source, to = Path("/etc", name), target / name
        to.parent.mkdir(parents=True, exist_ok=True)
        try:
            if source.is_dir():
                shutil.copytree(source, to, symlinks=True, dirs_exist_ok=True, ignore_dangling_symlinks=True)
            elif source.exists():
                shutil.copy(source, to)
        except (OSError, shutil.Error):
            continue  # a setting that is not for everybody's eyes
