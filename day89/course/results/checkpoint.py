"""Append the results of a cohort to a file as they come, so that an interruption loses nothing."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO

from day89.errors import UsageError

__all__ = ["Checkpoint", "write_text"]


# What may differ from result to result: their fingerprints tell.
PER_RESULT = ("course", "tasks")


class Checkpoint:
    """A file beside the result file that gets each result at once, one line a submission; a context manager.

    Args:
        target: the result file.
        header: what makes results comparable: schema, course, seed, isolation, tasks.
    """

    def __init__(self, target: Path, header: Mapping[str, Any]) -> None:
        self.target = target
        self.header = dict(header)
        self.lines = target.with_name(target.name + ".part")
        self._file: TextIO | None = None

    def resume(self) -> dict[tuple[str, str | None], dict[str, Any]]:
        """Return what earlier runs found, by path and checksum; nothing where the seed or the isolation was another.

        What made each result stands in its fingerprint; whether that still holds is for the caller to say.

        Raises:
            UsageError: a file is there that is no result of this course.
        """
        found: dict[tuple[str, str | None], dict[str, Any]] = {}
        if self.target.exists():
            data = self._parsed(self.target, self.target.read_text(encoding="utf-8", errors="replace"))
            if self._same(data):
                found |= _by_file(data.get("submissions"))
        if self.lines.exists():
            head, *rest = self.lines.read_text(encoding="utf-8", errors="replace").splitlines() or ["{}"]
            if self._same(self._parsed(self.lines, head)):
                found |= _by_file(_parsed_lines(rest))
        return {key: one for key, one in found.items() if one["status"] != "tool_error"}

    def _parsed(self, path: Path, text: str) -> dict[str, Any]:
        try:
            data = json.loads(text)
        except ValueError:
            data = None
        if not isinstance(data, dict):
            raise UsageError(f"{path} is no result file of day89: name another one, or leave --resume out")
        return data

    def _same(self, data: Mapping[str, Any]) -> bool:
        return all(data.get(name) == value for name, value in self.header.items() if name not in PER_RESULT)

    def seed(self) -> int | None:
        """Return the seed of the run that is to be resumed, or None where there is none."""
        for path in (self.lines, self.target):
            if path.exists():
                with path.open(encoding="utf-8", errors="replace") as file:
                    text = file.readline() if path == self.lines else file.read()
                seed = self._parsed(path, text).get("seed")
                if not isinstance(seed, int | None):
                    raise UsageError(f"{path} names no seed: leave --resume out, and it is written anew")
                return seed
        return None

    def start(self, kept: Iterable[Mapping[str, Any]]) -> None:
        """Begin the file anew, with the results that are kept from earlier runs.

        Raises:
            UsageError: it cannot be written.
        """
        try:
            text = "".join(json.dumps(line) + "\n" for line in [self.header, *kept])
            write_text(self.lines, text)
            self._file = self.lines.open("a", encoding="utf-8")
        except OSError as error:
            raise UsageError(f"cannot write {self.lines}: {error.strerror}") from None

    def add(self, entry: Mapping[str, Any]) -> None:
        """Append one result; it is on the disk when this returns."""
        assert self._file is not None
        self._file.write(json.dumps(entry) + "\n")
        self._file.flush()
        os.fsync(self._file.fileno())

    def finish(self, results: Mapping[str, Any]) -> None:
        """Write the result file whole, and remove the lines."""
        write_text(self.target, json.dumps(results, ensure_ascii=False, indent=1, allow_nan=False) + "\n")
        self.close()
        self.lines.unlink(missing_ok=True)

    def close(self) -> None:
        """Stop appending; what was added stays."""
        if self._file is not None:
            self._file.close()
            self._file = None


def _parsed_lines(lines: Sequence[str]) -> Iterable[Any]:
    """Yield the lines that were written whole: a kill may have cut the last one."""
    for line in lines:
        with contextlib.suppress(ValueError, RecursionError):
            yield json.loads(line)


def _by_file(entries: Any) -> dict[tuple[str, str | None], dict[str, Any]]:
    """Return results by path and checksum; what is damaged is left out, and graded again."""
    if not isinstance(entries, Iterable):
        return {}
    return {(one["path"], one["sha256"]): one for one in entries if _is_result(one)}


def _is_result(entry: Any) -> bool:
    return (
        isinstance(entry, dict)
        and isinstance(entry.get("path"), str)
        and isinstance(entry.get("sha256", 0), str | None)
        and isinstance(entry.get("status"), str)
        and isinstance(entry.get("tasks"), list)
        and isinstance(entry.get("score"), int | float)
        and isinstance(entry.get("max_score"), int | float)
    )


def write_text(path: Path, text: str) -> None:
    """Write a file whole or not at all; half of a surrogate pair becomes its escape, which JSON reads back.

    Args:
        path: the file.
        text: its new content.
    """
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
