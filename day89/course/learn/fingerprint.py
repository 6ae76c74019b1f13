"""Tell which tasks a change of the file can have touched: a task's own function, and all that it names."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable

__all__ = ["fingerprints"]


def fingerprints(tree: ast.Module, functions: Iterable[str]) -> dict[str, str]:
    """Return a fingerprint of each function with everything of its module that it uses, directly or not.

    Args:
        tree: syntax tree of the module.
        functions: names of functions; one that is not there has no fingerprint.
    """
    bodies: dict[str, list[ast.stmt]] = {}
    for node in tree.body:
        for name in _bound(node):
            bodies.setdefault(name, []).append(node)
    return {name: _fingerprint(name, bodies) for name in functions if name in bodies}


def _fingerprint(function: str, bodies: dict[str, list[ast.stmt]]) -> str:
    seen, waiting = set(), [function]
    while waiting:
        name = waiting.pop()
        if name in seen or name not in bodies:
            continue
        seen.add(name)
        waiting += [one.id for node in bodies[name] for one in ast.walk(node) if isinstance(one, ast.Name)]
    text = "\n".join(ast.dump(node) for name in sorted(seen) for node in bodies[name])
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _bound(node: ast.stmt) -> set[str]:
    """Return the names that a top-level statement binds, also inside ``if`` and ``try``."""
    names = set()
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {node.name}
    for one in ast.walk(node):
        if isinstance(one, ast.Import | ast.ImportFrom):
            names |= {alias.asname or alias.name.split(".")[0] for alias in one.names}
        elif isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(one.name)
        elif isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store):
            names.add(one.id)
    return names
