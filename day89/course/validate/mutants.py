"""Make small mechanical changes to the solution (*mutants*), by the operators of cosmic-ray.

Misconceptions are measured by the chaffs; mutants find what nobody thought of. Only what the tasks reach is changed:
what is given stays as it is. https://cosmic-ray.readthedocs.io/
"""

from __future__ import annotations

import ast
import difflib
import itertools
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from day89.course.exercise.graph import touched
from day89.course.exercise.tasks import Task
from day89.errors import UsageError

__all__ = ["Mutant", "mutants"]

GIVEN = ("process_data", "train_model", "serve", "main")
# Of the swaps of one operator for another, those that say something of their own: a boundary, a negation, an opposite.
SWAPS = re.compile(
    r"core/Variable|core/ReplaceBinaryOperator_(?!Add_Sub$|Sub_Add$|Mul_Add$|Div_Mul$|Mod_Mul$)"
    r"|core/ReplaceComparisonOperator_(?!Eq_NotEq$|NotEq_Eq$|Lt_LtE$|LtE_Lt$|Gt_GtE$|GtE_Gt$|Lt_GtE$|Gt_LtE$|Is_IsNot$"
    r"|IsNot_Is$|In_NotIn$|NotIn_In$|LtE_Gt$|GtE_Lt$)"
)


@dataclass(frozen=True)
class Mutant:
    """One mechanical change of the solution.

    Attributes:
        function: the function that it changes.
        operator: the kind of change.
        change: the line before and after, as text.
        source: the whole changed text.
        tasks: ids of the tasks that can tell.
    """

    function: str
    operator: str
    change: str
    source: str
    tasks: tuple[str, ...]


def mutants(
    source: str, tasks: Sequence[Task], graph: Mapping[str, frozenset[str]], only: Collection[str]
) -> Iterator[Mutant]:
    """Return the mutants of a solution.

    Args:
        source: text of ``solution.py``.
        tasks: all tasks.
        graph: what ``validate_graph.reaches`` found in it.
        only: ids of tasks; only functions that these reach are changed, and only these are asked.

    Raises:
        UsageError: cosmic-ray is not installed.
    """
    lines, seen = source.splitlines(), {source}
    for node in ast.parse(source).body:
        asked = [task.id for task in touched({getattr(node, "name", "")}, graph, tasks) if task.id in only]
        if not isinstance(node, ast.FunctionDef) or node.name in GIVEN or not asked:
            continue
        # The signature stays: it is what the checks call.
        start, end = node.body[_has_docstring(node)].lineno - 1, node.end_lineno or node.lineno
        for operator, body in _changed("\n".join(lines[start:end])):
            text = "\n".join([*lines[:start], *body.splitlines(), *lines[end:]]) + "\n"
            if text not in seen:
                seen.add(text)
                yield Mutant(node.name, operator, _difference(lines[start:end], body), text, tuple(asked))


def _has_docstring(node: ast.FunctionDef) -> bool:
    return ast.get_docstring(node) is not None and len(node.body) > 1


def _changed(body: str) -> Iterator[tuple[str, str]]:
    """Return (operator, changed text) of each change to the body of a function."""
    try:
        from cosmic_ray.mutating import mutate_code  # a tool of developers
        from cosmic_ray.plugins import get_operator, operator_names
    except ImportError:
        raise UsageError("mutants are made by cosmic-ray: pip install cosmic-ray") from None
    for name in sorted(one for one in operator_names() if not SWAPS.match(one)):
        for place in itertools.count():
            try:
                text = mutate_code(f"def body():\n{body}\n", get_operator(name)(), place)
            except AttributeError:  # an operator that cannot take `except a.B`: it is left out there
                continue
            if text is None:
                break
            yield name, text.partition("\n")[2]


def _difference(before: Sequence[str], after: str) -> str:
    old, new = list(before), after.splitlines()
    for tag, start, end, first, last in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            return f"{' '.join(old[start:end]).strip()} -> {' '.join(new[first:last]).strip()}"
    return ""
