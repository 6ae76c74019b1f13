"""Find out from the source which tasks call which: only those can lose points because of another task's answer."""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping

from day89.course.exercise.tasks import Task

__all__ = ["reaches", "touched"]


def reaches(source: str) -> dict[str, frozenset[str]]:
    """Return, for each function of a module, the module's functions that it can reach, itself included.

    A function that reads ``__file__`` hands its own file to an instance, which runs ``main`` there.

    Args:
        source: text of a submission.
    """
    tree = ast.parse(source)
    defined = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    direct = {name: _called(node) & defined.keys() for name, node in defined.items()}
    return {name: _closure(name, direct) for name in defined}


def _called(node: ast.AST) -> set[str]:
    names = {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}
    return names | ({"main"} if "__file__" in names else set())


def _closure(name: str, direct: Mapping[str, set[str]]) -> frozenset[str]:
    found, open_ends = {name}, [name]
    while open_ends:
        new = direct[open_ends.pop()] - found
        found |= new
        open_ends += new
    return frozenset(found)


def touched(names: Collection[str], graph: Mapping[str, frozenset[str]], tasks: Collection[Task]) -> list[Task]:
    """Return the tasks that can reach one of some functions.

    Args:
        names: functions that were replaced.
        graph: what ``reaches`` returned.
        tasks: the tasks to choose from.
    """
    changed = set(names)
    return [task for task in tasks if graph.get(task.function, frozenset()) & changed]
