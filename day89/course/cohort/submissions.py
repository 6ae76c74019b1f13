"""Find the submissions that a command line names: a file, a folder, a zip from an LMS, or a list of those.

Nothing is followed and nothing is extracted by name: a zip's members are read as bytes, up to the size that a
submission may have, and kept in files that we name ourselves.
"""

from __future__ import annotations

import stat
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from day89.course.exercise.submission import MAX_BYTES
from day89.errors import UsageError

__all__ = ["Source", "find", "is_cohort"]

EXPECTED = "exercise.py"
LISTS = (".txt", ".lst")
IGNORED = ("__pycache__", "__MACOSX", "node_modules", "site-packages")
MAX_MEMBERS = 500_000


@dataclass(frozen=True)
class Source:
    """One submission and where it was found.

    Attributes:
        name: as it was given, or relative to the folder, zip or list that was given.
        path: the file that holds it, or None where there is nothing to read.
        problem: why there is nothing to read, or None.
    """

    name: str
    path: Path | None
    problem: str | None = None


def is_cohort(paths: Sequence[str]) -> bool:
    """Return whether the paths name more than one person's own file."""
    return len(paths) != 1 or not paths[0].endswith(".py") or Path(paths[0]).is_dir()


def find(paths: Iterable[str], scratch: Path) -> list[Source]:
    """Find every submission.

    Args:
        paths: files, folders, zips, lists (``.txt``: one path a line, relative to the list).
        scratch: an empty folder for what is read out of zips.

    Returns:
        The submissions, sorted by name within each path. Two of the same name are both there.

    Raises:
        UsageError: a path does not exist, is no zip, or holds no submission.
    """
    found = [source for path in paths for source in _look(Path(path), scratch)]
    if not found:
        raise UsageError("no submission was named: give a file, a folder, a zip or a list")
    return found


def _look(path: Path, scratch: Path) -> list[Source]:
    if path.is_dir():
        return _some(list(_in_folder(path)), path)
    if path.suffix == ".zip":
        return _some(list(_in_zip(path, scratch)), path)
    if path.suffix in LISTS:
        return _some(list(_in_list(path, scratch)), path)
    return [Source(str(path), path)]  # whether it can be read is part of its verdict


def _some(found: list[Source], path: Path) -> list[Source]:
    if not found:
        raise UsageError(f"{path} holds no submission: no {EXPECTED} and no other Python file was found in it")
    return found


def _in_folder(folder: Path) -> Iterator[Source]:
    names = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*.py"))}
    for name in _submissions(names):
        path = names[name]
        if path.is_symlink() or any(parent.is_symlink() for parent in _between(path, folder)):
            yield Source(name, None, f"{name} is a symbolic link: hand in the file itself")
        else:
            yield Source(name, path)


def _between(path: Path, folder: Path) -> list[Path]:
    return [parent for parent in path.parents if parent != folder and parent.is_relative_to(folder)]


def _submissions(names: Iterable[str]) -> list[str]:
    """Choose among files: where a folder has an exercise.py that is the submission, else each Python file is one."""
    folders: dict[str, list[str]] = {}
    for name in names:
        pure = PurePosixPath(name)
        if not any(part in IGNORED or (part.startswith(".") and part != "..") for part in pure.parts[:-1]):
            folders.setdefault(pure.parent.as_posix(), []).append(name)
    chosen = []
    for folder, files in folders.items():
        expected = EXPECTED if folder == "." else f"{folder}/{EXPECTED}"
        chosen += [expected] if expected in files else files
    return sorted(chosen)


def _in_zip(path: Path, scratch: Path) -> Iterator[Source]:
    try:
        with zipfile.ZipFile(path) as archive:
            members = {
                info.filename: info for info in archive.infolist()[:MAX_MEMBERS] if info.filename.endswith(".py")
            }
            for number, name in enumerate(_submissions(members)):
                yield _member(archive, members[name], scratch / f"{path.stem[:40]}-{number:06d}")
    except FileNotFoundError:
        raise UsageError(f"{path} is not there: name a file, a folder, a zip or a list") from None
    except (zipfile.BadZipFile, OSError) as error:
        raise UsageError(f"{path} cannot be read as a zip: {error}") from None


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, folder: Path) -> Source:
    name = info.filename
    if name.startswith(("/", "\\")) or ".." in PurePosixPath(name.replace("\\", "/")).parts:
        return Source(name, None, f"{name} would leave its folder: pack the zip again")
    if stat.S_ISLNK(info.external_attr >> 16):
        return Source(name, None, f"{name} is a symbolic link: hand in the file itself")
    if info.flag_bits & 1:
        return Source(name, None, f"{name} is encrypted: pack the zip without a password")
    try:
        with archive.open(info) as member:
            data = member.read(MAX_BYTES + 1)  # one byte too many says that it is too large, a bomb or not
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError) as error:
        return Source(name, None, f"{name} is damaged inside the zip ({error}): pack it again")
    folder.mkdir(parents=True)
    path = folder / EXPECTED
    path.write_bytes(data)
    return Source(name, path)


def _in_list(path: Path, scratch: Path) -> Iterator[Source]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be read as a list of paths: {error}") from None
    for number, line in enumerate(line.strip() for line in lines):
        if line and not line.startswith("#"):
            inner = path.parent / line
            if inner.suffix in LISTS:
                raise UsageError(f"{path} line {number + 1}: a list cannot name another list")
            yield from _look(inner, scratch / f"list-{number:06d}")
