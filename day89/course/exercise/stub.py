"""Cut exercise.py from solution.py, so that the two can never say different things.

Signatures and docstrings of the tasks stay; their bodies become one raise. What is given stays: every other public
function, and what it needs. Helpers, constants and imports that only the answers need are left out.
"""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterable

from day89.course.exercise.tasks import Task
from day89.errors import ToolError

__all__ = ["cut", "function_source", "put_back"]


def cut(solution: str, tasks: Iterable[Task]) -> str:
    """Return the text of exercise.py.

    Args:
        solution: text of solution.py.
        tasks: the tasks, whose functions are turned into stubs.

    Raises:
        ToolError: a task has no function in the solution.
    """
    ids = {task.function: task.id for task in tasks}
    tree, lines = ast.parse(solution), solution.splitlines()
    if absent := ids.keys() - {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}:
        raise ToolError(f"solution.py has no function {', '.join(sorted(absent))}")
    kept = _kept(tree, ids)
    new: dict[int, list[str]] = {}  # first line -> what stands there instead
    gone: set[int] = set()
    for node in tree.body:
        first, last = _first_line(node, lines), node.end_lineno or node.lineno
        if isinstance(node, ast.FunctionDef) and node.name in ids:
            body = _body_start(node)
            gone |= set(range(body, last + 1))
            new[body] = _stub_body(node, ids[node.name], _length(node, tree, lines, kept))
        elif isinstance(node, ast.Import | ast.ImportFrom):
            gone |= set(range(first, last + 1))
            new[first] = _import(node, kept)
        elif not _stays(node, kept):
            gone |= set(range(first, last + 1))
    text = [line for number, old in enumerate(lines, 1) for line in new.get(number, [] if number in gone else [old])]
    return _spaced("\n".join(text)) + "\n"


def function_source(text: str, function: str) -> str:
    """Return the source of one top-level function, with the comments right above it.

    Raises:
        ToolError: there is no such function.
    """
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef) and node.name == function:
            lines = text.splitlines()
            return "\n".join(lines[_first_line(node, lines) - 1 : node.end_lineno])
    raise ToolError(f"there is no function {function}")


def put_back(text: str, function: str, source: str) -> str:
    """Return a text with one function replaced by a source, or with the source added at the end.

    Args:
        text: Python source that can be parsed.
        function: name of the function.
        source: what stands there instead.
    """
    lines = text.splitlines()
    for node in ast.parse(text).body:
        if isinstance(node, ast.FunctionDef) and node.name == function:
            lines[_first_line(node, lines) - 1 : node.end_lineno] = source.splitlines()
            return "\n".join(lines) + "\n"
    return text.rstrip() + "\n\n\n" + source + "\n"


def _first_line(node: ast.stmt, lines: list[str]) -> int:
    """Return the line where a statement begins: with its decorators and the comments right above it."""
    first = min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", []))])
    while first > 1 and lines[first - 2].startswith("#") and not lines[first - 2].startswith("# ---"):
        first -= 1
    # A banner is no comment on what follows it.
    banner = first > 1 and lines[first - 2].startswith("# ---")
    return node.lineno if banner else first


def _body_start(node: ast.FunctionDef) -> int:
    if ast.get_docstring(node) is None:
        raise ToolError(f"{node.name} in solution.py has no docstring: it is the task's specification")
    return (node.body[0].end_lineno or 0) + 1


def _stub_body(node: ast.FunctionDef, id: str, length: int) -> list[str]:
    words = f"about {length} lines" if length > 1 else "one line"
    return [f"    # An answer takes {words}.", f'    raise NotImplementedError("Task {id}")']


def _length(node: ast.FunctionDef, tree: ast.Module, lines: list[str], kept: set[str]) -> int:
    """Return about how many lines of code the answer takes, with the helpers that no other function uses."""
    functions = [one for one in tree.body if isinstance(one, ast.FunctionDef)]
    helpers = {one.name: one for one in functions if one.name.startswith("_") and one.name not in kept}
    users = {name: [one for one in functions if name in _names([one])] for name in helpers}
    own = _code(lines, _body_start(node), node)
    waiting = [node]
    while waiting:
        function = waiting.pop()
        for name, using in users.items():
            if using == [function]:
                own += _code(lines, helpers[name].lineno, helpers[name])
                waiting.append(helpers[name])
    return own if own < 10 else round(own / 5) * 5


def _code(lines: list[str], start: int, function: ast.FunctionDef) -> int:
    texts = [line.strip() for line in lines[start - 1 : function.end_lineno]]
    return sum(bool(text) and not text.startswith("#") for text in texts)


def _kept(tree: ast.Module, ids: dict[str, str]) -> set[str]:
    """Return the names that what stays uses, directly or not."""
    bodies = {name: node for node in tree.body for name in _defined(node)}
    waiting: list[ast.AST] = []
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name in ids:
            # Annotations are text here (see the __future__ import), and still have to be readable names.
            waiting += [node.args, *node.decorator_list, *([node.returns] if node.returns else [])]
        elif isinstance(node, ast.If) or (isinstance(node, ast.FunctionDef) and not node.name.startswith("_")):
            waiting.append(node)
    kept: set[str] = set(ids)
    while waiting:
        for name in _names([waiting.pop()]) - kept:
            kept.add(name)
            if name in bodies:
                waiting.append(bodies[name])
    return kept


def _names(nodes: Iterable[ast.AST]) -> set[str]:
    return {one.id for node in nodes for one in ast.walk(node) if isinstance(one, ast.Name)}


def _defined(node: ast.stmt) -> set[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return {node.name}
    if isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        return {target.id for target in targets if isinstance(target, ast.Name)}
    return set()


def _stays(node: ast.stmt, kept: set[str]) -> bool:
    if isinstance(node, ast.Expr | ast.If):
        return True
    if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
        return True
    return bool(_defined(node) & kept)


def _import(node: ast.Import | ast.ImportFrom, kept: set[str]) -> list[str]:
    future = isinstance(node, ast.ImportFrom) and node.module == "__future__"
    names = [one for one in node.names if future or (one.asname or one.name.split(".")[0]) in kept]
    if not names:
        return []
    copy = type(node)(**{**dict(ast.iter_fields(node)), "names": names})
    return textwrap.wrap(ast.unparse(copy), 120)


def _spaced(text: str) -> str:
    """Close the holes that were cut: two blank lines at most, and one between the imports and a comment."""
    while "\n\n\n\n" in text:
        text = text.replace("\n\n\n\n", "\n\n\n")
    lines = text.rstrip().splitlines()
    last = max(node.end_lineno or 0 for node in ast.parse(text).body if isinstance(node, ast.Import | ast.ImportFrom))
    if lines[last : last + 2] == ["", ""] and lines[last + 2].startswith("#"):
        del lines[last]
    return "\n".join(lines)
