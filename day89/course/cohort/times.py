"""Times as platforms write them, turned into ISO 8601; no zone is made up."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

__all__ = ["iso_time"]

# The first letters of month names in the languages of European sites; the first that fits counts.
MONTHS = (
    ("jan", "jän", "ene", "gen", "led", "sty", "janv"),
    ("feb", "fév", "fev", "úno", "lut", "febr"),
    ("mar", "mär", "maa", "mrt", "bře", "mrz"),
    ("apr", "avr", "abr", "dub", "kwi", "huh"),
    ("may", "mai", "mei", "mag", "maj", "kvě"),
    ("jun", "juin", "giu", "čer", "cze", "kes"),
    ("jul", "juil", "lug", "lip"),
    ("aug", "aoû", "aou", "ago", "srp", "sie"),
    ("sep", "set", "zář", "wrz", "syy"),
    ("oct", "okt", "out", "ott", "říj", "paź", "lok"),
    ("nov", "lis", "mar."),
    ("dec", "dez", "déc", "dic", "des", "pro", "gru", "jou"),
)
CLOCK = re.compile(r"(?<!\d)(\d{1,2})[:.h]?(\d{2})(?:[:.](\d{2}))?\s*([AaPp])?\.?[Mm]?\.?(?!\d)")
NUMERIC = re.compile(
    r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T _-]+(\d{1,2})[:-](\d{2})(?:[:-](\d{2}))?(?:\.\d+)?)?(.*)$"
)
ZONES = {"utc": 0, "gmt": 0, "z": 0}


def iso_time(text: str) -> str | None:
    """Return a time in ISO format, with its offset only where the text says one, or None where it is not understood.

    Args:
        text: such as ``2026-11-20-18-02-10``, ``Nov 20, 2026 602 PM``, ``20 November 2026 1201 AM`` or
            ``2026-11-20 18:02:10.123 +0100``. Zone abbreviations such as CST stand for several zones: left out.
    """
    text = " ".join(text.split())
    try:
        if match := NUMERIC.search(text):
            year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
            return datetime(year, month, day, hour, minute, second, tzinfo=_zone(match[7])).isoformat()
        return _in_words(text)
    except ValueError:
        return None


def _zone(text: str) -> timezone | None:
    word = text.strip().lower()
    if word in ZONES:
        return UTC
    if match := re.fullmatch(r"([+-])(\d{2}):?(\d{2})", word):
        offset = timedelta(hours=int(match[2]), minutes=int(match[3]))
        return timezone(-offset if match[1] == "-" else offset)
    return None


def _in_words(text: str) -> str | None:
    year = re.search(r"(?<!\d)(?:19|20)\d{2}(?!\d)", text)
    if not year:
        return None
    before, after = text[: year.start()], text[year.end() :]
    day = re.search(r"(?<!\d)\d{1,2}(?!\d)", before)
    month = next((number for word in re.findall(r"[^\W\d_]{3,}", before) if (number := _month(word))), None)
    if not (day and month):
        return None
    hour = minute = second = 0
    if clock := CLOCK.search(after):
        hour, minute, second = int(clock[1]), int(clock[2]), int(clock[3] or 0)
        if clock[4]:
            hour = hour % 12 + (12 if clock[4] in "Pp" else 0)
    return datetime(int(year[0]), month, int(day[0]), hour, minute, second).isoformat()


def _month(word: str) -> int | None:
    low = word.casefold()
    return next((number for number, starts in enumerate(MONTHS, 1) if low.startswith(starts)), None)
