"""List the filters that each Describe call of EC2 takes: moto fails on a name that it does not know."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from day89.cloud.clients import documentation_of

__all__ = ["known_filters_of", "unknown_filter"]


@cache
def known_filters_of(operation: str) -> frozenset[str]:
    """Return the filter names that AWS documents for an operation, read from botocore's own copy of the documentation.

    Args:
        operation: such as ``DescribeInstances``.

    Returns:
        The names; those that end in ``:`` or ``.`` are beginnings. Empty where the documentation names none.
    """
    text = documentation_of("ec2", operation, "Filters") or documentation_of("ec2", operation, "Filter")
    names = set()
    for part in text.split("<code>")[1:]:
        name = part.split("</code>")[0].strip()
        lead = name.split("&lt;")[0].split("<")[0]
        if lead and " " not in lead and lead == lead.lower():
            names.add(lead)
    return frozenset(names)


def unknown_filter(operation: str, names: Iterable[str]) -> str | None:
    """Return the first of these filters that an operation does not have, or None.

    EC2 takes most names in camel case, too: ``isDefault`` for ``is-default``.
    """
    known = known_filters_of(operation)
    if not known:
        return None
    starts = tuple(name for name in known if name.endswith((":", "."))) + (("tag:",) if "tag" in known else ())
    plain = {_plain(name) for name in known}
    return next((name for name in names if _plain(name) not in plain and not name.startswith(starts)), None)


def _plain(name: str) -> str:
    """Return a name without hyphens; one that begins with a capital is none of EC2's and stays as it is."""
    return name if name[:1].isupper() else name.replace("-", "").lower()
