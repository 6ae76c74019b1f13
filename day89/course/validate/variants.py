"""Read right and wrong answers (*wheats* and *chaffs*), and build whole submissions from the solution and some of them.

A variant is one short file that holds only what differs from ``solution.py``: functions of the same name replace the
solution's, everything else (imports, helpers) is added. Its first line says what it is::

    # task 1.3; mistake L2; wrong because one call answers with at most 1,000 keys
    # task 1.3; mistake L2, L8; earns 0; wrong because it returns a constant
    # task 1.3; right: a loop over continuation tokens
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from day89.course.exercise.submission import parse
from day89.course.exercise.tasks import choose, mistakes
from day89.errors import UsageError

__all__ = ["Variant", "build", "find_variants", "read_variant"]

FOLDERS = {"wheats": "wheat", "chaffs": "chaff"}
HEADER = re.compile(
    r"# task (?P<task>\d\.\d); "
    r"(?:mistake (?P<mistakes>[A-Z]\d+(?:, [A-Z]\d+)*); (?:earns (?P<most>\d+(?:\.\d+)?); )?wrong because (?P<why>\S.*)"
    r"|(?:right|style): (?P<style>\S.*))"
)
EXAMPLE = "'# task 1.3; mistake L2; wrong because ...' or '# task 1.3; right: ...'"


@dataclass(frozen=True)
class Variant:
    """One right or wrong answer to a task.

    Attributes:
        name: its path below the folder of variants, such as ``chaffs/ex1/1.3_L2_one_page.py``.
        kind: ``wheat`` (right) or ``chaff`` (wrong).
        task: id of the task that it answers.
        mistakes: of a chaff, the ids by which a check may name its mistake; the first is the one of its name.
        most: of a chaff that fakes, the most points that it may earn in its task; else None.
        about: why it is wrong, or what its style is.
        source: its text.
    """

    name: str
    kind: str
    task: str
    mistakes: tuple[str, ...]
    most: float | None
    about: str
    source: str

    @cached_property
    def tree(self) -> ast.Module:
        """Return its syntax tree."""
        return parse(self.source, self.name)

    @property
    def binds(self) -> frozenset[str]:
        """Return the functions, classes and values that it defines at its top level, imports left out."""
        return frozenset(name for node in self.tree.body for name in _bound(node))


def read_variant(path: Path, folder: Path) -> Variant:
    """Read a variant.

    Args:
        path: its file, in ``wheats/`` or ``chaffs/`` of the folder.
        folder: the folder of all variants.

    Raises:
        UsageError: its first line, its syntax or its place is not what it should be.
    """
    name, source = path.relative_to(folder).as_posix(), path.read_text("utf-8")
    kind = FOLDERS.get(name.split("/")[0])
    match = HEADER.fullmatch(source.partition("\n")[0])
    if kind is None or match is None or (kind == "chaff") != bool(match["mistakes"]):
        raise UsageError(f"{path}: put a wheat into wheats/ and a chaff into chaffs/, and begin it with {EXAMPLE}")
    ids = tuple(match["mistakes"].split(", ")) if match["mistakes"] else ()
    if unknown := set(ids) - mistakes().keys():
        raise UsageError(f"{path}: no mistake has the id {', '.join(sorted(unknown))}: see day89/course/mistakes.toml")
    most = float(match["most"]) if match["most"] else None
    variant = Variant(name, kind, match["task"], ids, most, match["why"] or match["style"], source)
    _demand_its_function(variant, path)
    return variant


def _demand_its_function(variant: Variant, path: Path) -> None:
    (task,) = choose([variant.task], None)
    try:
        binds = variant.binds
    except SyntaxError as error:
        raise UsageError(f"{path} line {error.lineno}: {error.msg}") from None
    if task.function not in binds:
        raise UsageError(f"{path}: it answers task {task.id}, so it has to define {task.function}")


def find_variants(folder: Path) -> tuple[Variant, ...]:
    """Read every variant below a folder, in the order of tasks and names.

    Raises:
        UsageError: there is none, or one of them is not what it should be.
    """
    paths = sorted(folder.glob("*/*/*.py"))
    if not paths:
        raise UsageError(f"{folder} holds no variants: `day89 validate` needs a checkout of the project")
    found = (read_variant(path, folder) for path in paths)
    return tuple(sorted(found, key=lambda one: (one.task, one.kind, one.name)))


def build(solution: str, variants: Iterable[Variant]) -> str:
    """Return the solution with the functions of some variants in place of its own.

    Args:
        solution: text of ``solution.py``.
        variants: what replaces and adds; no two of them may define the same name.
    """
    lines, tree = solution.splitlines(), parse(solution)
    places = {name: node for node in tree.body for name in _bound(node)}
    edits = [edit for variant in variants for edit in _edits(variant, places)]
    for start, end, chunk in sorted(edits, key=lambda edit: edit[:2], reverse=True):
        lines[start:end] = chunk
    return "\n".join(lines) + "\n"


def _edits(variant: Variant, places: Mapping[str, ast.stmt]) -> list[tuple[int, int, list[str]]]:
    """Return (from line, to line, new lines): what is new stands just before the first function that is replaced."""
    chunks = _chunks(variant)
    swaps = [_edit(places[name], chunk) for name, chunk in chunks if name in places]
    first = min(start for start, _, _ in swaps)
    added = [line for name, chunk in chunks if name not in places for line in chunk]
    return [*swaps, (first, first, added)]


def _edit(node: ast.stmt, chunk: Sequence[str]) -> tuple[int, int, list[str]]:
    return _first_line(node) - 1, node.end_lineno or node.lineno, list(chunk)


def _chunks(variant: Variant) -> list[tuple[str, list[str]]]:
    """Return (name, lines) of each top-level statement; the name of one that defines none is empty."""
    lines = variant.source.splitlines()
    return [
        (next(iter(_bound(node)), ""), lines[_first_line(node) - 1 : node.end_lineno])
        for node in variant.tree.body
        if not (isinstance(node, ast.ImportFrom) and node.module == "__future__")
    ]


def _bound(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return [target.id for target in targets if isinstance(target, ast.Name)]


def _first_line(node: ast.stmt) -> int:
    return min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", []))])
