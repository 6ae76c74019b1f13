"""Reduce a source to what stays when comments, layout and names of variables change: equal shapes are a hint."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Collection, Mapping
from functools import cache
from typing import Any

from day89.course.exercise.files import course_file
from day89.course.exercise.submission import parse
from day89.course.exercise.tasks import tasks

__all__ = ["shape_of"]

LEAST_NODES = 40  # a shorter function can hardly be written in two ways


def shape_of(data: bytes) -> dict[str, Any] | None:
    """Return the shape of a source.

    Args:
        data: a submission.

    Returns:
        ``file``: a checksum of the whole; ``functions``: name to checksum for the functions of the course that are
        longer than a line or two and are not the stub's. None where it is no Python.
    """
    try:
        tree = parse(data)
        functions = _functions(tree)
        given = _given()
        return {
            "file": _digest(ast.dump(_bare(tree))),
            "functions": {name: value for name, value in functions.items() if value != given.get(name)},
        }
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


@cache
def _given() -> Mapping[str, str]:
    """Return the shapes of what the stub gives to everybody."""
    return _functions(parse(course_file("exercise.py").read_bytes()), least=0)


def _functions(tree: ast.Module, least: int = LEAST_NODES) -> dict[str, str]:
    names = {task.function for task in tasks()}
    return {
        node.name: _digest(ast.dump(_renamed(_bare(node))))
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and node.name in names and _size(node) >= least
    }


def _size(node: ast.AST) -> int:
    return sum(1 for _ in ast.walk(node))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _bare(node: ast.AST) -> ast.AST:
    """Return a tree without docstrings and annotations."""
    return _Bare().visit(node)


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


class _Bare(ast.NodeTransformer):
    """Removes docstrings, annotations of arguments and results."""

    def visit(self, node: ast.AST) -> Any:
        node = self.generic_visit(node)
        body = getattr(node, "body", None)
        if isinstance(body, list) and len(body) > 1 and _is_text(body[0]):
            del body[0]
        for name in ("annotation", "returns"):
            if getattr(node, name, None) is not None and not isinstance(node, ast.AnnAssign):
                setattr(node, name, None)
        return node


def _renamed(function: ast.AST) -> ast.AST:
    """Return a function whose own variables are numbered in the order in which they appear."""
    own = {node.id for node in ast.walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    own |= {node.arg for node in ast.walk(function) if isinstance(node, ast.arg)}
    return _Numbered(own).visit(function)


class _Numbered(ast.NodeTransformer):
    """Replaces names by numbers."""

    def __init__(self, names: Collection[str]) -> None:
        self._names = names
        self._numbers: dict[str, str] = {}

    def _number(self, name: str) -> str:
        return self._numbers.setdefault(name, f"_{len(self._numbers)}") if name in self._names else name

    def visit_Name(self, node: ast.Name) -> ast.Name:
        """Number a variable."""
        return ast.Name(self._number(node.id), node.ctx)

    def visit_arg(self, node: ast.arg) -> ast.arg:
        """Number an argument."""
        return ast.arg(self._number(node.arg))
