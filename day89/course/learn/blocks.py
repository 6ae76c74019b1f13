"""Bring a newer course into a file that a learner has begun: function by function, and never over their work."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from day89.course.exercise.stub import function_source, put_back

__all__ = ["Updated", "blocks", "update_exercise"]

HEADER, MAIN = "(imports)", "(command line)"


@dataclass(frozen=True)
class Updated:
    """A file with a newer course in it.

    Attributes:
        text: the new text.
        changes: what was done, a line each.
    """

    text: str
    changes: tuple[str, ...]


def blocks(text: str) -> dict[str, str]:
    """Return the parts of a file that are replaced as a whole: each function, what is above them, the command line.

    Args:
        text: Python source that can be parsed.
    """
    tree, lines = ast.parse(text), text.splitlines()
    found = {HEADER: "\n".join(lines[: _header_end(tree)])}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            found[node.name] = function_source(text, node.name)
        elif isinstance(node, ast.If):
            found[MAIN] = "\n".join(lines[node.lineno - 1 : node.end_lineno])
    return found


def _header_end(tree: ast.Module) -> int:
    """Return the last line of the docstring, imports and assignments before the first function."""
    last = 0
    for node in tree.body:
        if not isinstance(node, ast.Expr | ast.Import | ast.ImportFrom | ast.Assign | ast.AnnAssign):
            break
        last = node.end_lineno or node.lineno
    return last


def update_exercise(text: str, stub: str, given: Mapping[str, str]) -> Updated:
    """Return a learner's file with a newer stub in it.

    What is as it was given becomes the new one. Of a function that was begun only the docstring changes. What the
    learner added stays.

    Args:
        text: the learner's file.
        stub: the new exercise.py.
        given: checksums of the blocks that were given, by name.

    Raises:
        SyntaxError: the learner's file cannot be parsed.
    """
    own, new, changes = blocks(text), blocks(stub), []
    for name, source in new.items():
        if name in (HEADER, MAIN) or own.get(name) == source:
            continue
        if name not in own:
            text = put_back(text, name, source)
            changes.append(f"{name}: added")
        elif _digest(own[name]) == given.get(name):
            text = put_back(text, name, source)
            changes.append(f"{name}: not begun, the new stub")
        elif (changed := _with_docstring(own[name], source)) != own[name]:
            text = put_back(text, name, changed)
            changes.append(f"{name}: begun, only its docstring is new")
    for name in (HEADER, MAIN):
        if name in own and name in new and own[name] != new[name]:
            if _digest(own[name]) == given.get(name):
                text = text.replace(own[name], new[name], 1)
                changes.append(f"{name}: new")
            elif name == HEADER and (imports := _new_imports(own[name], new[name])):
                text = text.replace(own[name], "\n".join([own[name], *imports]), 1)
                changes.append(f"{name}: yours, with {', '.join(imports)}")
    return Updated(text, tuple(changes))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _with_docstring(own: str, new: str) -> str:
    """Return a function with the docstring of another; one that has none is left alone."""
    old_place, new_place = _docstring(own), _docstring(new)
    if old_place is None or new_place is None:
        return own
    (first, last), (start, end) = old_place, new_place
    lines = own.splitlines()
    lines[first - 1 : last] = new.splitlines()[start - 1 : end]
    return "\n".join(lines)


def _docstring(source: str) -> tuple[int, int] | None:
    function = next(node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef))
    if ast.get_docstring(function) is None:
        return None
    node = function.body[0]
    return node.lineno, node.end_lineno or node.lineno


def _new_imports(own: str, new: str) -> list[str]:
    kinds = (ast.Import, ast.ImportFrom)
    there = {ast.dump(node) for node in ast.parse(own).body if isinstance(node, kinds)}
    return [
        ast.unparse(node) for node in ast.parse(new).body if isinstance(node, kinds) and ast.dump(node) not in there
    ]
