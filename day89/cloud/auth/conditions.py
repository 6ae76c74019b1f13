"""Evaluate the Condition block of a policy statement against the context of a request.

Follows https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
and, for keys that a request lacks and for keys with many values,
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html.
"""

from __future__ import annotations

import fnmatch
import ipaddress
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

__all__ = ["OPERATORS", "Context", "as_list", "conditions_hold", "matches_arn", "matches_pattern", "substitute"]

Context = Mapping[str, str | list[str]]
"""Condition keys in lower case, such as ``aws:securetransport``, with their value or values as text."""

Test = Callable[[str, str], bool]
VARIABLE = re.compile(r"\$\{([^}]*)\}")


def as_list(value: Any) -> list[Any]:
    """Return a policy element that may stand alone or in a list as a list."""
    return value if isinstance(value, list) else [] if value is None else [value]


@lru_cache(maxsize=4096)
def _pattern(pattern: str, ignore_case: bool) -> re.Pattern[str]:
    # fnmatch's expression never goes back over a "*" that was matched: many of them cost no more than one.
    return re.compile(fnmatch.translate(pattern.replace("[", "[[]")), re.IGNORECASE if ignore_case else 0)


def matches_pattern(pattern: str, value: str, *, ignore_case: bool = False) -> bool:
    """Return whether a value fits a pattern in which ``*`` is any text and ``?`` any one character."""
    return _pattern(pattern, ignore_case).fullmatch(value) is not None


def matches_arn(pattern: str, value: str) -> bool:
    """Return whether an ARN fits a pattern, each of its six parts for itself, as ArnLike does."""
    wanted, found = pattern.split(":", 5), value.split(":", 5)
    return len(wanted) == len(found) == 6 and all(map(matches_pattern, wanted, found))


def substitute(text: str, context: Context) -> str | None:
    """Put the request's values in the place of policy variables such as ``${aws:username}``.

    Returns:
        The text, or None where a variable has no value in this request, so that the statement does not match.
        https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
    """
    missing = False

    def value(match: re.Match[str]) -> str:
        nonlocal missing
        name, _, default = match[1].partition(",")
        if name in {"*", "?", "$"}:
            return name
        found = context.get(name.strip().lower())
        if isinstance(found, str):
            return found
        missing = missing or not default
        return default.strip().strip("'")

    replaced = VARIABLE.sub(value, text) if "${" in text else text
    return None if missing else replaced


def _address(wanted: str, found: str) -> bool:
    return ipaddress.ip_address(found) in ipaddress.ip_network(wanted, strict=False)


def _moment(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _compare(read: Callable[[str], float], holds: Callable[[float, float], bool]) -> Test:
    return lambda wanted, found: holds(read(found), read(wanted))


def _comparisons(family: str, read: Callable[[str], float]) -> dict[str, tuple[Test, bool]]:
    equal = _compare(read, lambda found, wanted: found == wanted)
    return {
        f"{family}equals": (equal, False),
        f"{family}notequals": (equal, True),
        f"{family}lessthan": (_compare(read, lambda found, wanted: found < wanted), False),
        f"{family}lessthanequals": (_compare(read, lambda found, wanted: found <= wanted), False),
        f"{family}greaterthan": (_compare(read, lambda found, wanted: found > wanted), False),
        f"{family}greaterthanequals": (_compare(read, lambda found, wanted: found >= wanted), False),
    }


def _same(wanted: str, found: str) -> bool:
    return wanted == found


def _same_letters(wanted: str, found: str) -> bool:
    return wanted.lower() == found.lower()


# Operator in lower case -> (test of one policy value against one request value, whether the result is turned round).
OPERATORS: Mapping[str, tuple[Test, bool]] = {
    "stringequals": (_same, False),
    "stringnotequals": (_same, True),
    "stringequalsignorecase": (_same_letters, False),
    "stringnotequalsignorecase": (_same_letters, True),
    "stringlike": (matches_pattern, False),
    "stringnotlike": (matches_pattern, True),
    "bool": (_same_letters, False),
    "binaryequals": (_same, False),
    "ipaddress": (_address, False),
    "notipaddress": (_address, True),
    "arnequals": (matches_arn, False),
    "arnlike": (matches_arn, False),
    "arnnotequals": (matches_arn, True),
    "arnnotlike": (matches_arn, True),
    **_comparisons("numeric", float),
    **_comparisons("date", _moment),
}


def conditions_hold(block: Mapping[str, Mapping[str, Any]], context: Context) -> bool:
    """Return whether every condition of a statement's Condition block holds for a request.

    Args:
        block: the block as in the policy: operator to key to value or values.
        context: the request's condition keys, in lower case.
    """
    return all(
        _one(operator.lower(), key.lower(), [_text(value) for value in as_list(values)], context)
        for operator, keys in block.items()
        for key, values in keys.items()
    )


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _one(operator: str, key: str, wanted: list[str], context: Context) -> bool:
    found = [str(value) for value in as_list(context.get(key))]
    if operator == "null":
        return any((value == "true") == (not found) for value in wanted)
    quantifier, _, name = operator.rpartition(":")
    if_exists = name.endswith("ifexists")
    name = name.removesuffix("ifexists")
    if name not in OPERATORS:
        return False
    test, negated = OPERATORS[name]
    if not found:
        return quantifier == "forallvalues" or (quantifier == "" and (if_exists or negated))
    values = [value for text in wanted if (value := substitute(text, context)) is not None]
    results = [_fits(test, values, item) != negated for item in found]
    return any(results) if quantifier == "foranyvalue" or (not quantifier and not negated) else all(results)


def _fits(test: Test, wanted: list[str], found: str) -> bool:
    # A value that an operator cannot read (a date that is no date) does not match; AWS does not fail the request.
    for value in wanted:
        try:
            if test(value, found):
                return True
        except ValueError:
            continue
    return False
