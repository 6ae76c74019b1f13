"""Cut exercise.py from solution.py, so that the two can never say different things.

Signatures and docstrings of the tasks stay. In the form ``bare`` a body becomes one raise. In the form ``gaps``
this is so only where the table says ``bare``: of the other tasks the pattern stays, without the lines that the table
names, below a raise that keeps the task *not started* until it is deleted. What is given stays: every other public
function, what it needs, and every import: an answer needs them too. Helpers and constants that only the answers need
are left out.
"""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Iterable, Sequence

from day89.course.exercise.tasks import Gap, Task
from day89.errors import ToolError

__all__ = ["FORMS", "cut", "function_source", "helpers", "put_back", "reset"]

FORMS = ("gaps", "bare")


def cut(solution: str, tasks: Iterable[Task], form: str = "gaps") -> str:
    """Return the text of exercise.py.

    Args:
        solution: text of solution.py.
        tasks: the tasks, whose functions are turned into stubs.
        form: ``gaps`` or ``bare``.

    Raises:
        ToolError: a task has no function in the solution, or a gap names lines that it does not hold exactly once.
    """
    bare: dict[str, Task] = {}
    gapped: dict[str, Task] = {}
    for task in tasks:
        (gapped if form == "gaps" and task.form == "gaps" else bare)[task.function] = task
    if absent := {*bare, *gapped} - _functions(ast.parse(solution)).keys():
        raise ToolError(f"solution.py has no function {', '.join(sorted(absent))}")
    mentioned: set[str] = set()
    for task in gapped.values():
        solution = _with_gaps(solution, task)
        mentioned |= {name for gap in task.gaps for name in re.findall(r"\w+", gap.write)}
    tree, lines = ast.parse(solution), solution.splitlines()
    kept = _kept(tree, set(bare), mentioned)
    new: dict[int, list[str]] = {}  # first line -> what stands there instead
    gone: set[int] = set()
    for node in tree.body:
        first, last = _first_line(node, lines), node.end_lineno or node.lineno
        if isinstance(node, ast.FunctionDef) and node.name in bare:
            body = _body_start(node)
            gone |= set(range(body, last + 1))
            new[body] = _stub_body(node, bare[node.name], _length(node, tree, lines, kept), form)
        elif not _stays(node, kept):
            gone |= set(range(first, last + 1))
    text = [line for number, old in enumerate(lines, 1) for line in new.get(number, [] if number in gone else [old])]
    return _spaced("\n".join(text)) + "\n"


def _functions(tree: ast.Module) -> dict[str, ast.FunctionDef]:
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}


def _with_gaps(solution: str, task: Task) -> str:
    """Return the solution with a task's gaps in its function and helpers, and the raise above the body."""
    lines, functions = solution.splitlines(), _functions(ast.parse(solution))
    names = [task.function, *helpers(solution, task.function)]
    inside = {number for name in names for number in range(_body_start(functions[name]), _end(functions[name]) + 1)}
    edits = [_gap(lines, inside, gap, task) for gap in task.gaps]
    start = _body_start(functions[task.function])
    edits.append((start, start - 1, _raise_above(task)))
    for first, last, instead in sorted(edits, reverse=True):
        lines[first - 1 : last] = instead
    return "\n".join(lines) + "\n"


def _gap(lines: Sequence[str], inside: set[int], gap: Gap, task: Task) -> tuple[int, int, list[str]]:
    wanted = [line.strip() for line in gap.cut.strip().splitlines()]
    found = [
        start
        for start in sorted(inside)
        if [line.strip() for line in lines[start - 1 : start - 1 + len(wanted)]] == wanted
    ]
    if len(found) != 1:
        raise ToolError(f"task {task.id}: {len(found)} places in solution.py hold the gap {wanted[0]!r}")
    (start,) = found
    indent = len(lines[start - 1]) - len(lines[start - 1].lstrip())
    instead = textwrap.indent(textwrap.dedent(gap.write.strip("\n")), " " * indent).splitlines()
    return start, start + len(wanted) - 1, instead


def _raise_above(task: Task) -> list[str]:
    return ["    # The pattern stands. Fill each GAP, then delete this line and the next.", _raise(task)]


def _raise(task: Task) -> str:
    return f'    raise NotImplementedError("Task {task.id}")'


def helpers(text: str, function: str) -> list[str]:
    """Return the private functions that a top-level function uses, directly or not, in the order of the text.

    Args:
        text: Python source that can be parsed.
        function: name of the function.
    """
    functions = _functions(ast.parse(text))
    found, waiting = {function}, [function]
    while waiting:
        for name in _names([functions[waiting.pop()]]) & functions.keys() - found:
            if name.startswith("_"):
                found.add(name)
                waiting.append(name)
    return [name for name in functions if name in found and name != function]


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
    """Return a text with one function replaced by a source, or with the source added after the last function.

    Args:
        text: Python source that can be parsed.
        function: name of the function.
        source: what stands there instead.
    """
    lines, body = text.splitlines(), ast.parse(text).body
    for node in body:
        if isinstance(node, ast.FunctionDef) and node.name == function:
            lines[_first_line(node, lines) - 1 : node.end_lineno] = source.splitlines()
            return "\n".join(lines) + "\n"
    functions = [node for node in body if isinstance(node, ast.FunctionDef)]
    end = _end(functions[-1]) if functions else len(lines)
    lines[end:end] = ["", "", *source.splitlines()]
    return "\n".join(lines) + "\n"


def reset(text: str, stub: str, function: str) -> str:
    """Return a text with a task as the stub has it: its function, and the helpers of it that hold gaps or are gone.

    Args:
        text: a learner's file, which can be parsed.
        stub: text of exercise.py.
        function: the task's function.
    """
    there = _functions(ast.parse(text))
    text = put_back(text, function, function_source(stub, function))
    for name in helpers(stub, function):
        source = function_source(stub, name)
        if name not in there or "# GAP" in source:
            text = put_back(text, name, source)
    return text


def _first_line(node: ast.stmt, lines: list[str]) -> int:
    """Return the line where a statement begins: with its decorators and the comments right above it."""
    first = min([node.lineno, *(one.lineno for one in getattr(node, "decorator_list", []))])
    while first > 1 and lines[first - 2].startswith("#") and not lines[first - 2].startswith("# ---"):
        first -= 1
    # A banner is no comment on what follows it.
    banner = first > 1 and lines[first - 2].startswith("# ---")
    return node.lineno if banner else first


def _body_start(node: ast.FunctionDef) -> int:
    if node.name.startswith("_") and ast.get_docstring(node) is None:
        return node.body[0].lineno
    if ast.get_docstring(node) is None:
        raise ToolError(f"{node.name} in solution.py has no docstring: it is the task's specification")
    return (node.body[0].end_lineno or 0) + 1


def _end(node: ast.FunctionDef) -> int:
    return node.end_lineno or node.lineno


def _stub_body(node: ast.FunctionDef, task: Task, length: int, form: str) -> list[str]:
    words = f"about {length} lines" if length > 1 else "one line"
    example = task.example.strip().splitlines() if form == "gaps" else []
    return [*(f"    # {line}" for line in example), f"    # An answer takes {words}.", _raise(task)]


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


def _kept(tree: ast.Module, bare: set[str], mentioned: set[str]) -> set[str]:
    """Return the names that what stays uses, directly or not, or mentions in a gap."""
    bodies = {name: node for node in tree.body for name in _defined(node)}
    waiting: list[ast.AST] = []
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name in bare:
            # Annotations are text here (see the __future__ import), and still have to be readable names.
            waiting += [node.args, *node.decorator_list, *([node.returns] if node.returns else [])]
        elif isinstance(node, ast.If) or (isinstance(node, ast.FunctionDef) and not node.name.startswith("_")):
            waiting.append(node)
    kept: set[str] = set(bare)
    waiting += [bodies[name] for name in mentioned & bodies.keys()]
    kept |= mentioned & bodies.keys()
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
    if isinstance(node, ast.Expr | ast.If | ast.Import | ast.ImportFrom):
        return True
    if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
        return True
    return bool(_defined(node) & kept)


def _spaced(text: str) -> str:
    """Close the holes that were cut: two blank lines at most, and one between the imports and a comment."""
    while "\n\n\n\n" in text:
        text = text.replace("\n\n\n\n", "\n\n\n")
    lines = text.rstrip().splitlines()
    last = max(node.end_lineno or 0 for node in ast.parse(text).body if isinstance(node, ast.Import | ast.ImportFrom))
    if lines[last : last + 2] == ["", ""] and lines[last + 2].startswith("#"):
        del lines[last]
    return "\n".join(lines)
