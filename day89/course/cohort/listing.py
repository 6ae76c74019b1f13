"""List what a folder or a zip holds, under names that are the same whoever packed it. Nothing is run or extracted here.

Links are not followed, and a zip's members are read as bytes up to a size that the reader names.
"""

from __future__ import annotations

import io
import lzma
import os
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property, lru_cache, partial
from pathlib import Path, PurePosixPath

from day89.errors import UsageError

__all__ = ["DAMAGE", "Member", "forget", "is_junk", "list_folder", "list_zip"]

MAX_MEMBERS = 500_000
MAX_INNER_BYTES = 64 * 1024 * 1024
MAX_INNER_MEMBERS = 50_000  # a clone of the course with a virtual environment has 20,000
INNER_LEVELS = 2  # an export that was zipped again, whose students handed in zips
# What reading a damaged member raises: each decompressor has an error of its own.
DAMAGE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, NotImplementedError, EOFError, OSError, ValueError)
JUNK_FOLDERS = {"__macosx", "__pycache__", "node_modules", "site-packages", "venv", "env"}
JUNK_FILES = {"thumbs.db", "desktop.ini", "icon\r"}
JUNK_ENDINGS = (".pyc", ".pyo", "~", ".swp")


@dataclass(frozen=True)
class Member:
    """One file, folder, or opened inner zip of what was handed in.

    Attributes:
        name: its path with ``/``, in Unicode's composed form (NFC), below what was given.
        where: the name byte for byte as the archive has it, for the way back; equal to ``name`` in a folder.
        read: returns at most so many bytes; raises one of ``DAMAGE``.
        path: the file, where it is one on disk.
        changed: when it was last changed, as local time in ISO format, or "" where that is not known.
        problem: why its content is not to be read, or None.
        is_folder: it is a folder, or a zip whose members are listed themselves.
        notes: what a teacher should know about it.
        guessed: nothing says how its name is encoded, and it is no UTF-8.
    """

    name: str
    where: str
    read: Callable[[int], bytes] = field(repr=False, compare=False, default=lambda limit: b"")
    path: Path | None = None
    changed: str = ""
    problem: str | None = None
    is_folder: bool = False
    notes: tuple[str, ...] = ()
    guessed: bool = False

    @cached_property
    def parts(self) -> tuple[str, ...]:
        """The components of the name."""
        return PurePosixPath(self.name).parts

    @property
    def file(self) -> str:
        """The last component of the name."""
        return self.parts[-1] if self.parts else ""


def is_junk(parts: tuple[str, ...]) -> bool:
    """Return whether a path is what operating systems, editors and package managers leave behind."""
    *folders, file = parts or ("",)
    if any(one.lower() in JUNK_FOLDERS or (one.startswith(".") and one != "..") for one in folders):
        return True
    low = file.lower()
    if low == "..":  # leaves its folder: that is somebody's, and said
        return False
    return low.startswith((".", "~$")) or low in JUNK_FILES | JUNK_FOLDERS or low.endswith(JUNK_ENDINGS)


def list_folder(folder: Path, encoding: str | None = None) -> list[Member]:
    """List a folder; the zips in it are opened.

    Args:
        folder: the folder.
        encoding: of names in zips that do not say theirs; None tries UTF-8, then cp437.

    Raises:
        UsageError: it holds too many files, or cannot be read.
    """
    found: list[Member] = []
    for member in _walk(folder):
        found.append(member)
        _limit(len(found), folder)
    return [inner for one in found for inner in _opened(one, encoding, INNER_LEVELS)]


def _walk(folder: Path) -> Iterator[Member]:
    def refuse(error: OSError) -> None:
        raise UsageError(f"{error.filename} cannot be read: {error.strerror}")

    for base, folders, files in os.walk(folder, onerror=refuse):
        links = [name for name in folders if Path(base, name).is_symlink()]
        folders[:] = sorted(name for name in folders if name not in links and not is_junk((name,)))
        here = Path(base)
        if here != folder:
            name = _shown(here.relative_to(folder).as_posix())
            yield Member(name, name, path=here, is_folder=True)
        for file in sorted([*files, *links]):
            path = here / file
            name = _shown(path.relative_to(folder).as_posix())
            yield Member(name, name, _reader(path), path, _changed(path), _link_problem(path, name))


def _shown(name: str) -> str:
    """Return a file name as text: bytes that are no UTF-8 are shown by their number."""
    text = os.fsencode(name).decode("utf-8", "backslashreplace")
    return unicodedata.normalize("NFC", text)


def _reader(path: Path) -> Callable[[int], bytes]:
    def read(limit: int) -> bytes:
        # O_NONBLOCK: opening a FIFO must not wait for a writer.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise OSError("not a plain file")
            return file.read(limit)

    return read


def _changed(path: Path) -> str:
    try:
        return datetime.fromtimestamp(path.lstat().st_mtime).isoformat(timespec="seconds")
    except (OSError, ValueError, OverflowError):
        return ""


def _link_problem(path: Path, name: str) -> str | None:
    return f"{name} is a symbolic link: hand in the file itself" if path.is_symlink() else None


def list_zip(path: Path, encoding: str | None = None) -> list[Member]:
    """List a zip; the zips in it are opened, too.

    Args:
        path: the file.
        encoding: of names that do not say theirs; None tries UTF-8, then cp437.

    Raises:
        UsageError: it is missing, no zip, or holds too many files.
    """
    try:
        archive = zipfile.ZipFile(path)
    except FileNotFoundError:
        raise UsageError(f"{path} is not there: name a file, a folder, a zip or a list") from None
    except DAMAGE as error:
        raise UsageError(f"{path} cannot be read as a zip: {error}") from None
    _limit(len(archive.infolist()), path)
    return [inner for one in _members(archive, encoding) for inner in _opened(one, encoding, INNER_LEVELS)]


def _limit(count: int, where: Path) -> None:
    if count > MAX_MEMBERS:
        raise UsageError(f"{where} holds more than {MAX_MEMBERS:,} files: give one export at a time")


def _members(
    archive: zipfile.ZipFile, encoding: str | None, again: Callable[[], zipfile.ZipFile] | None = None
) -> Iterator[Member]:
    found: dict[str, Member] = {}
    for info in archive.infolist():
        where = info.orig_filename
        name, guessed = true_name(info, encoding)
        member = Member(
            name.rstrip("/"),
            where,
            _member_reader(again or (lambda: archive), info),
            changed="{:04}-{:02}-{:02}T{:02}:{:02}:{:02}".format(*info.date_time),
            problem=_member_problem(info, name),
            is_folder=name.endswith("/"),
            guessed=guessed,
        )
        if member.name in found and not member.is_folder:
            # Unpacking one after the other leaves the last on the disk; so does every unzip.
            member = replace(member, notes=(f"{member.name} is in the zip more than once: the last one is taken",))
        found[member.name] = member
    yield from found.values()


def true_name(info: zipfile.ZipInfo, encoding: str | None = None) -> tuple[str, bool]:
    """Return the name of a zip's member as its owner meant it, with ``/`` and in composed form (NFC); and whether that
    is a guess.

    Names without the UTF-8 flag are cp437 by the letter (APPNOTE.TXT, appendix D), UTF-8 where macOS packed them, and
    the code page of the machine where Windows did.

    Args:
        info: the member.
        encoding: of names without the flag; None tries UTF-8, then cp437.
    """
    name, guessed = info.orig_filename, False
    if not info.flag_bits & 0x800:
        raw = name.encode("cp437", "replace")
        for codec in ("utf-8", encoding or "cp437", "cp437"):
            try:
                name = raw.decode(codec)
                guessed = codec == "cp437" and encoding is None
                break
            except UnicodeDecodeError:
                continue
    return unicodedata.normalize("NFC", name.split("\0")[0].replace("\\", "/")), guessed


def _member_reader(opened: Callable[[], zipfile.ZipFile], info: zipfile.ZipInfo) -> Callable[[int], bytes]:
    def read(limit: int) -> bytes:
        with opened().open(info) as member:
            return member.read(limit)

    return read


def _member_problem(info: zipfile.ZipInfo, name: str) -> str | None:
    if name.startswith("/") or ".." in PurePosixPath(name).parts or name[1:3] == ":/":
        return f"{name} would leave its folder: pack the zip again"
    if stat.S_ISLNK(info.external_attr >> 16):
        return f"{name} is a symbolic link: hand in the file itself"
    if info.flag_bits & 1:
        return f"{name} is encrypted: pack the zip without a password"
    return None


@lru_cache(maxsize=INNER_LEVELS)
def _inner_zip(read: Callable[[int], bytes]) -> zipfile.ZipFile:
    """Open an inner zip again; those of the last file that was read stay open, as the next file is beside it."""
    return _zip_in(read(MAX_INNER_BYTES))


def _zip_in(data: bytes) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(data))


def _said_count(data: bytes) -> int:
    """Return how many members a zip says that it has, at most 65,535 (APPNOTE.TXT, 4.3.16)."""
    end = data.rfind(b"PK\5\6")
    return int.from_bytes(data[end + 10 : end + 12], "little") if end >= 0 else 0


def forget() -> None:
    """Free the inner zips that are still open."""
    _inner_zip.cache_clear()


def _opened(member: Member, encoding: str | None, levels: int) -> Iterator[Member]:
    """Yield a member, and what it holds where it is a zip."""
    if member.is_folder or member.problem or is_junk(member.parts) or not member.name.lower().endswith(".zip"):
        yield member
        return
    problem = None
    inner: list[Member] = []
    try:
        data = member.read(MAX_INNER_BYTES + 1)
        if levels == 0 or len(data) > MAX_INNER_BYTES:
            problem = "a zip in a zip in a zip" if levels == 0 else f"larger than {MAX_INNER_BYTES >> 20} MB"
        elif _said_count(data) > MAX_INNER_MEMBERS or len((archive := _zip_in(data)).infolist()) > MAX_INNER_MEMBERS:
            problem = f"more than {MAX_INNER_MEMBERS:,} files"
        else:
            # A class of zipped clones would fill the memory: each is read again when one of its files is wanted.
            inner = list(_members(archive, encoding, partial(_inner_zip, member.read)))
    except DAMAGE as error:
        problem = f"damaged: {error}"
    if problem:
        yield replace(member, problem=f"{member.name} was not opened ({problem})")
        return
    yield replace(member, is_folder=True)
    for one in inner:
        name = f"{member.name}/{one.name.lstrip('/')}"
        yield from _opened(replace(one, name=name, where=member.where), encoding, levels - 1)
