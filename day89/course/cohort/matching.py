"""Find people in a table that somebody else wrote, whatever language its header is in.

A column tells who somebody is where its cells are what is known of the people: no header is asked. Numbers, user names
and addresses are compared first, names last; two rows that fit equally well are ambiguous, and nothing is guessed.
"""

from __future__ import annotations

import difflib
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import pairwise

from day89.course.cohort.people import Person, name_key, squash

__all__ = ["close_names", "find_rows", "people_in"]

NUMBERED = re.compile(r"[^\d#=\"]+ ?(\d+)$")
EMAIL = re.compile(r"[^\s@]+@[^\s@]+")
HEADERS = {
    "login": ("username", "user name", "login", "sis login id", "github_username", "user", "benutzername", "usuario"),
    "id": ("id", "identifier", "student_id", "user id", "userid", "orgdefinedid"),
    "sid": (
        "sid",
        "student id",
        "sis user id",
        "matriculation",
        "matrikelnummer",
        "uin",
        "student number",
        "id number",
    ),
    "name": ("name", "full name", "student", "student name", "vollständiger name", "nombre completo", "nom complet"),
    "first": ("first name", "first_name", "firstname", "given name", "vorname", "nombre", "prénom", "nome"),
    "last": (
        "last name",
        "last_name",
        "lastname",
        "surname",
        "family name",
        "nachname",
        "apellido(s)",
        "nom",
        "cognome",
    ),
}
IDENTITIES = {word for kind in ("login", "id", "sid") for word in HEADERS[kind]}


def _tokens(cell: str) -> set[str]:
    """Return what a cell may mean: ``#20090101`` and ``Participant 200101`` hold numbers, ``="007"`` is text."""
    text = cell.strip().casefold()
    if text.startswith('="') and text.endswith('"'):
        text = text[2:-1]
    found = {text, text.removeprefix("#")}
    if match := NUMBERED.fullmatch(text):
        found.add(match[1])
    return found - {""}


KINDS = ("id", "sid", "login", "email")


def _token(person: Person, kind: str) -> str | None:
    value = getattr(person, kind)
    return value.strip().casefold() if value else None


def find_rows(
    people: Sequence[Person],
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    skip: Collection[int] = (),
) -> list[list[int]]:
    """Return for each person the rows that fit: one, none, or several where it is ambiguous.

    Args:
        people: who is looked for.
        header: the first line of the table.
        rows: the other lines.
        skip: columns that hold marks.
    """
    columns = [column for column in range(len(header)) if column not in skip]
    index = {column: _index(rows, column) for column in columns}
    best = {kind: _best_column(people, kind, header, index) for kind in KINDS}
    found = [_by_token(person, best) for person in people]
    # Who is known by number is not also somebody else of the same name.
    taken = {row for hits in found for row in hits}
    names = _name_index(rows, columns)
    return [hits or sorted(_by_name(person, names) - taken) for person, hits in zip(people, found, strict=True)]


def _best_column(
    people: Sequence[Person], kind: str, header: Sequence[str], index: Mapping[int, dict[str, list[int]]]
) -> dict[str, list[int]]:
    """Return the index of the column in which most of the people's ids, logins or addresses stand."""
    wanted = {token for person in people if (token := _token(person, kind))}
    hits = {column: sum(token in tokens for token in wanted) for column, tokens in index.items()}
    known = {column for column in index if header[column].strip("\ufeff ").casefold() in IDENTITIES}
    column = max(hits, key=lambda one: (hits[one], one in known), default=None)
    if column is None or not hits[column]:
        return {}
    numbers = all(token.isdecimal() for token in wanted)
    if numbers and column not in known and 2 * hits[column] < len(wanted):
        return {}  # a number that stands in some column is no identity, it may be somebody's mark
    return index[column]


def _index(rows: Sequence[Sequence[str]], column: int) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for number, row in enumerate(rows):
        if column < len(row):
            for token in _tokens(row[column]):
                found.setdefault(token, []).append(number)
    repeated = sum(len(numbers) > 1 for numbers in found.values())
    return {} if repeated * 5 > len(found) else found  # a section or a maximum is no identity


def _name_index(rows: Sequence[Sequence[str]], columns: Sequence[int]) -> dict[object, set[int]]:
    """Index names in one column, and those that stand in two columns side by side."""
    found: dict[object, set[int]] = {}
    for number, row in enumerate(rows):
        cells = [row[column] if column < len(row) else "" for column in columns]
        pairs = [f"{left} {right}" for left, right in pairwise(cells) if left and right]
        for text in [*cells, *pairs]:
            if key := name_key(text):
                found.setdefault(key, set()).add(number)
                found.setdefault(squash(text), set()).add(number)
        for left, right in pairwise(cells):
            if left and right:
                found.setdefault(squash(right + left), set()).add(number)
    return found


def _by_token(person: Person, best: Mapping[str, dict[str, list[int]]]) -> list[int]:
    for kind in KINDS:
        token = _token(person, kind)
        if token in best[kind]:
            return best[kind][token]
    return []


def _by_name(person: Person, names: Mapping[object, set[int]]) -> set[int]:
    if not person.name:
        return set()
    squashed = names.get(squash(person.name)) if " " not in person.name else None
    return names.get(name_key(person.name)) or squashed or set()


def people_in(header: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[tuple[int, Person]]:
    """Yield who stands in each row of a roster: its number and the person; empty rows are left out.

    Args:
        header: the first line.
        rows: the others.
    """
    where = _columns(header, rows)
    for number, row in enumerate(rows):
        said = {
            kind: row[column].strip() for kind, column in where.items() if column < len(row) and row[column].strip()
        }
        name = said.get("name") or " ".join(said[kind] for kind in ("first", "last") if kind in said)
        id = said.get("id", "").removeprefix("#")
        match = NUMBERED.fullmatch(id)
        person = Person(
            _in_order(name) or None,
            match[1] if match else id or None,
            said.get("login"),
            said.get("email"),
            said.get("sid"),
        )
        # Canvas sets "    Points Possible", in the site's language, where names stand.
        if person != Person() and not (person == Person(person.name) and row[where["name"]].startswith("   ")):
            yield number, person


def _in_order(name: str) -> str:
    last, comma, first = name.partition(",")
    return f"{first.strip()} {last.strip()}" if comma and first.strip() else name.strip()


def _columns(header: Sequence[str], rows: Sequence[Sequence[str]]) -> dict[str, int]:
    low = [one.strip().strip("\ufeff").casefold() for one in header]
    found = {
        kind: low.index(word)
        for kind, words in HEADERS.items()
        if (word := next((word for word in words if word in low), None))
    }
    for column in range(len(header)):
        cells = [row[column].strip() for row in rows if column < len(row) and row[column].strip()]
        if cells and 2 * sum(bool(EMAIL.fullmatch(cell)) for cell in cells) > len(cells):
            found.setdefault("email", column)
    if "identifier" in low and "email" in found and found.get("id") == found["email"]:
        del found["id"]
    return found


def close_names(name: str, others: Sequence[str]) -> list[str]:
    """Return names that are spelled almost like one: a suggestion, never a match."""
    keys = Counter({" ".join(name_key(other)): 1 for other in others})
    near = set(difflib.get_close_matches(" ".join(name_key(name)), list(keys), n=3, cutoff=0.8))
    return [other for other in others if " ".join(name_key(other)) in near]
