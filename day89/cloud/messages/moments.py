"""Times as clients write them: in headers, in XML, or already read."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

__all__ = ["moment"]


def moment(given: Any) -> datetime | None:
    """Return a time in UTC, or None where there is none or it does not read.

    Args:
        given: a datetime, or text as RFC 9110 or ISO 8601 has it.
    """
    found = given
    if isinstance(given, str):
        try:
            found = datetime.fromisoformat(given) if given[:1].isdigit() else parsedate_to_datetime(given)
        except ValueError:
            return None
    if not isinstance(found, datetime):
        return None
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
