"""Read a submission as bytes, say in words why it cannot be used, and load it as a module."""

from __future__ import annotations

import ast
import hashlib
import io
import linecache
import os
import stat
import sys
import threading
import tokenize
import traceback
import types
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from day89.course.exercise.foreign import is_notebook, newer_syntax

__all__ = [
    "MAX_BYTES",
    "MODULE_NAME",
    "Submission",
    "Unreadable",
    "is_stub",
    "line_in",
    "line_of",
    "load",
    "parse",
    "read",
    "stubs",
]

# compile() needs about 140 times the size of its source: 10 MB of it took 1.4 GB.
MAX_BYTES = 256 * 1024
MODULE_NAME = "exercise"
GIVEN_HELPER = "lookup_error"  # the function of the course that raises for the learner
# Before Python 3.11.9 and 3.12.3, threads that parse at the same time disturb one another (CPython issue 106905).
_PARSING = threading.Lock()


class Unreadable(Exception):
    """A submission cannot be graded: why, where, and what to do about it.

    Attributes:
        status: ``unreadable``, or ``timeout`` or ``killed`` where its import did not end, or ended its process.
    """

    def __init__(self, message: str, status: str = "unreadable") -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Submission:
    """A submission that was read and parsed, and not run.

    Attributes:
        path: where it was read.
        data: its bytes.
        sha256: their checksum, in hex.
        tree: its syntax tree.
    """

    path: Path
    data: bytes
    sha256: str
    tree: ast.Module


def parse(source: str | bytes, name: str = "<unknown>") -> ast.Module:
    """Return the syntax tree of a source, for any number of threads.

    Args:
        source: its text.
        name: where it was read.

    Raises:
        SyntaxError: it is not Python.
    """
    with _PARSING:
        return ast.parse(source, name)


def read(path: str | os.PathLike[str]) -> Submission:
    """Read and parse a submission.

    Args:
        path: the file.

    Raises:
        Unreadable: it is missing, empty, no plain file, too large, not UTF-8, not text, or not Python.
    """
    where = Path(path)
    data = read_bytes(where)
    return Submission(where, data, hashlib.sha256(data).hexdigest(), _parse(data, where))


def read_bytes(path: Path) -> bytes:
    """Return the bytes of a plain file of at most ``MAX_BYTES``.

    Raises:
        Unreadable: it is missing, no plain file, too large or not readable.
    """
    try:
        # O_NONBLOCK: opening a FIFO must not wait for a writer.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
    except FileNotFoundError:
        raise Unreadable(
            f"{path} is not there: name the file that holds your answers, or get one with `day89 stub`"
        ) from None
    except OSError as error:
        raise Unreadable(f"{path} cannot be opened: {error.strerror}") from None
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise Unreadable(f"{path} is not a plain file: name a Python file")
    with os.fdopen(descriptor, "rb") as file:
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise Unreadable(
            f"{path} is larger than {MAX_BYTES // 1024} KB: keep data out of the source, answers are short"
        )
    return data


def _parse(data: bytes, path: Path) -> ast.Module:
    if not data.strip():
        raise Unreadable(f"{path} is empty: save your editor's buffer, or start again with `day89 stub`")
    if b"\0" in data:
        raise Unreadable(f"{path} is not text (it holds null bytes): save it as plain UTF-8 Python source")
    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        where = f"{path} line {line} is not UTF-8 (byte 0x{data[error.start]:02x})"
        raise Unreadable(f"{where}: save the file as UTF-8") from None
    if is_notebook(data):
        raise Unreadable(f"{path} is a Jupyter notebook: export it as a Python script (File, Save and Export)")
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    except SyntaxError:
        encoding = "an unknown encoding"
    if encoding not in ("utf-8", "utf-8-sig"):
        raise Unreadable(f"{path} says that it is written in {encoding}: save it as UTF-8 and drop the coding line")
    try:
        return parse(data, str(path))
    except SyntaxError as error:
        advice = newer_syntax(error) or "fix that line first"
        raise Unreadable(f"{path} line {error.lineno}: {error.msg}: {_shown(error)}; {advice}") from None
    except (RecursionError, MemoryError, ValueError) as error:
        raise Unreadable(f"{path} cannot be parsed ({type(error).__name__}): it is nested too deeply") from None


def _shown(error: SyntaxError) -> str:
    return f"`{' '.join((error.text or '').split())[:60]}`"


def stubs(tree: ast.Module, functions: Collection[str]) -> set[str]:
    """Return which functions are untouched stubs: defined once, undecorated, with a raise above all else in them.

    Args:
        tree: syntax tree of the submission.
        functions: the functions that the tasks ask for.
    """
    bound: dict[str, int] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            bound[node.name] = bound.get(node.name, 0) + 1
        elif isinstance(node, ast.Name | ast.alias) and not isinstance(getattr(node, "ctx", None), ast.Load):
            name = node.id if isinstance(node, ast.Name) else node.asname or node.name
            bound[name] = bound.get(name, 0) + 1
    found = {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and is_stub(node)}
    return {name for name in found & set(functions) if bound[name] == 1} if "*" not in bound else set()


def is_stub(function: ast.FunctionDef) -> bool:
    """Return whether a function does nothing but raise NotImplementedError: below it, gaps may wait to be filled."""
    body = function.body[1:] if ast.get_docstring(function, clean=False) is not None else function.body
    if function.decorator_list or not body or not isinstance(body[0], ast.Raise):
        return False
    raised = body[0].exc.func if isinstance(body[0].exc, ast.Call) else body[0].exc
    return isinstance(raised, ast.Name) and raised.id == "NotImplementedError"


def load(submission: Submission) -> types.ModuleType:
    """Import a submission as the module ``exercise``.

    Args:
        submission: what ``read`` returned.

    Raises:
        Unreadable: its top level raised something, or left the interpreter.
    """
    path = str(submission.path.resolve())
    module = types.ModuleType(MODULE_NAME)
    module.__file__ = path
    linecache.checkcache(path)
    before = sys.modules.get(MODULE_NAME)
    # Registered as an import would do it: dataclasses and pickle look a class's module up by name.
    sys.modules[MODULE_NAME] = module
    try:
        exec(compile(submission.data, path, "exec", dont_inherit=True), module.__dict__)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        if before is not None:
            sys.modules[MODULE_NAME] = before
        raise Unreadable(_import_failed(error, submission.path)) from error
    return module


def _import_failed(error: BaseException, path: Path) -> str:
    line = line_in(error, path)
    where = f"{path.name} line {line}" if line else path.name
    text = " ".join(str(error).split())[:200]
    what = f"{type(error).__name__}: {text}" if text else type(error).__name__
    if isinstance(error, ModuleNotFoundError):
        return f"{where}: {what}; use only the standard library, boto3, pandas, joblib, scikit-learn and Flask"
    if isinstance(error, SystemExit):
        return (
            f"{where}: the file leaves the interpreter when it is imported ({what}); keep such calls inside functions"
        )
    return f"{where}: {what} when the file is imported; fix that line first"


def line_of(path: Path, line: int) -> str | None:
    """Return the text of one line of a submission, without its indentation; None where there is none."""
    try:
        lines = path.read_text("utf-8-sig", errors="replace").splitlines()
    except OSError:  # a copy that the submission itself has removed
        return None
    return " ".join(lines[line - 1].split())[:120] if 0 < line <= len(lines) else None


def line_in(error: BaseException, path: Path) -> int | None:
    """Return the last line of ``path`` that an error's traceback passes through, or None.

    Where ``lookup_error``, which is given, raised the error, that is the line which used it: the mistake is there.
    """
    name = str(path.resolve())
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename == name]
    own = [frame.lineno for frame in frames if frame.name != GIVEN_HELPER] or [frame.lineno for frame in frames]
    return own[-1] if own else None
