"""Read who handed in what out of the names in a platform's export.

Each platform has one function from a member's name to a ``Label``; ``read_layout`` chooses the platform, once an
export. What does not follow the platform's form is left to the path. The forms are those of the platforms' own source:
Moodle ``mod/assign/classes/downloader.php``, Canvas ``lib/content_zipper.rb``, PrairieLearn
``instructorAssessmentDownloads``, nbgrader ``coursedir.py``, Classroom 50 ``gh teacher download``; Blackboard's,
Brightspace's and Gradescope's are those that public readers of their exports agree on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from day89.course.cohort.layout import Label, Layout
from day89.course.cohort.layout_files import classroom50, github_classroom, gradescope, nbgrader
from day89.course.cohort.listing import Member, is_junk
from day89.course.cohort.people import Person
from day89.course.cohort.times import iso_time
from day89.errors import UsageError

__all__ = ["Label", "Layout", "by_regex", "read_layout"]

PARTS = 6  # no platform puts the name of a student deeper than this


Reader = Callable[[str], Label | None]


def _tails(name: str) -> Iterator[str]:
    parts = [part for part in name.split("/") if part]
    for start in range(min(len(parts), PARTS)):
        yield "/".join(parts[start:])


def _first(pattern: re.Pattern[str], name: str) -> re.Match[str] | None:
    """Match a name from the start of any of its components: exports are packed again, or unpacked into a folder."""
    return next((match for tail in _tails(name) if (match := pattern.match(tail))), None)


MOODLE = re.compile(
    r"(?P<name>[^/]*?)(?:_(?P<id>\d+))?_assignsubmission_(?P<plugin>[a-z0-9]+)(?:_?/|_|$)(?P<rest>.*)", re.S
)


def moodle(name: str) -> Label | None:
    """Read ``Full name_id_assignsubmission_file/...``, and the form without folders."""
    match = _first(MOODLE, name)
    if not match:
        return None
    who = match["name"].strip()
    kind = "text" if match["plugin"] == "onlinetext" else "file"
    if match["id"] is None:  # only "Default group" and its translations have no number
        return Label(f"group {who}", Person(who), match["rest"], group=who, kind=kind)
    return Label(match["id"], Person(who or None, id=match["id"]), match["rest"], kind=kind)


# A file that lies flat; what an opened zip holds is below it. A folder whose name has numbers in it is no student.
FILE = r"[^/]+(?:(?<=\.[zZ][iI][pP])/.+)?$"
CANVAS = re.compile(
    r"(?:(?P<name>(?!LATE_|anon_)[^/]+?)_)?(?:(?P<late>LATE)_)?(?:anon_(?P<anon>[^_/]+)|(?P<user>\d+))_"
    r"(?:(?P<file>\d+)_(?P<rest>" + FILE + r")|(?P<kind>text|link)\.html$)",
    re.S,
)


def canvas(name: str) -> Label | None:
    """Read ``sortablename[_LATE]_user_attachment_file``; the third number is the attachment's."""
    match = _first(CANVAS, name)
    if not match:
        return None
    late = "yes" if match["late"] else "no"
    id = match["anon"] or match["user"]
    person = Person(match["name"], id=id)
    return Label(id, person, match["rest"] or f"{match['kind']}.html", late=late, kind=match["kind"] or "file")


STAMP = r"\d{4}(?:-\d\d){5}"
BLACKBOARD = re.compile(rf"(?P<stem>[^/]+)_attempt_(?P<when>{STAMP})(?:_(?P<rest>{FILE})|(?P<info>\.txt)$)", re.S)
BLACKBOARD_NAME = re.compile(r"^[^\n:]+:\s*(?P<name>.*?)\s*\((?P<login>[^()\n]+)\)\s*$", re.M)


def _blackboard(members: Sequence[Member]) -> Layout:
    """Read ``item_user_attempt_stamp_file``: item and user may hold ``_``, so the attempt's .txt is asked first."""
    matches = {member.name: match for member in members if (match := _first(BLACKBOARD, member.name))}
    people: dict[str, Person] = {}
    for member in members:
        match = matches.get(member.name)
        if match and match["info"] and (person := _blackboard_person(member, match["stem"])):
            people[match["stem"]] = person
    stems = sorted({match["stem"] for match in matches.values()})
    item = _shared_item([stem for stem in stems if stem not in people] or stems, people)
    for stem in stems:
        if stem not in people:
            login = stem.removeprefix(item) if item and stem != item else stem.rsplit("_", 1)[-1]
            people[stem] = Person(login=login)
    labels = {}
    for name, match in matches.items():
        person = people[match["stem"]]
        rest = match["rest"] or ""
        labels[name] = Label(
            person.login or match["stem"], person, rest, attempt=match["when"], when=iso_time(match["when"])
        )
    own = frozenset(name for name, match in matches.items() if match["info"])
    return Layout("Blackboard", labels, own=own)


def _shared_item(stems: Sequence[str], people: Mapping[str, Person]) -> str:
    """Return the name of the item with its ``_``: what is left of a known user's name, or what all stems share."""
    for stem, person in people.items():
        if person.login and stem.endswith("_" + person.login):
            return stem.removesuffix(person.login)
    if len(stems) < 2:
        return ""
    shared = stems[0]
    for stem in stems[1:]:
        while not stem.startswith(shared):
            shared = shared[:-1]
    return shared[: shared.rfind("_") + 1]


def _blackboard_person(member: Member, stem: str) -> Person | None:
    try:
        text = member.read(20_000).decode("utf-8-sig", "replace")
    except Exception:  # damaged: the name has to do
        return None
    match = BLACKBOARD_NAME.search(text)
    if match and (stem == match["login"] or stem.endswith("_" + match["login"])):
        return Person(match["name"] or None, login=match["login"])
    return None


BRIGHTSPACE = re.compile(
    r"(?P<a>\d+)-(?P<b>\d+) - (?:(?P<sid>\d{4,}) )?(?P<name>[^/]+) - (?P<when>[^/]*\d[^/]*)(?:/(?P<rest>.*)|$)", re.S
)


def brightspace(name: str) -> Label | None:
    """Read ``a-b - Name - Sep 24, 2026 926 PM/file``; neither number is the person's."""
    match = _first(BRIGHTSPACE, name)
    if not match:
        return None
    person = Person(match["name"].strip(), sid=match["sid"])
    return Label(
        # Two people of one name differ in the first number, and it is the same in all attempts of one of them.
        f"{match['a']} {match['sid'] or match['name'].strip().casefold()}",
        person,
        match["rest"] or "",
        attempt=f"{match['a']}-{match['b']} {match['when']}",
        when=iso_time(match["when"]),
    )


PRAIRIELEARN = re.compile(
    r"(?P<uid>[^/]+?)_(?P<instance>\d+)_(?P<qid>[^/]+)_(?P<variant>\d+)_(?P<attempt>\d+)_(?P<submission>\d+)_"
    r"(?P<rest>" + FILE + ")",
    re.S,
)
PRAIRIELEARN_MANUAL = re.compile(
    r"(?P<uid>[^/@]+@[^/_]+)_(?P<uin>[^/_]*)_(?P<qid>[^/]+)_(?P<submission>\d+)_(?P<rest>" + FILE + ")", re.S
)


def prairielearn(name: str) -> Label | None:
    """Read ``uid_instance_question_variant_attempt_submission_file``, and the form for manual grading."""
    if match := _first(PRAIRIELEARN, name):
        uid = match["uid"]
        key = f"{uid} {match['instance']} {match['qid']}"
        person = Person(login=uid, email=uid) if "@" in uid else Person(uid)
        group = None if "@" in uid else uid
        number, order = int(match["attempt"]), int(match["submission"])
        return Label(key, person, match["rest"], group, match["submission"], number, order)
    if match := _first(PRAIRIELEARN_MANUAL, name):
        person = Person(login=match["uid"], email=match["uid"], sid=match["uin"] or None)
        key = f"{match['uid']} {match['qid']}"
        return Label(key, person, match["rest"], attempt=match["submission"], order=int(match["submission"]))
    return None


VERSION = re.compile(
    r"(?:version|versión|versione|versie|versão|versio|wersja|verze|attempt|versuch|tentative)\s*(\d+)", re.I
)


def teams(name: str) -> Label | None:
    """Read ``Submitted files/Student/Assignment/Version 2/file`` of the library "Student Work" in SharePoint."""
    parts = [part for part in name.split("/") if part]
    for place, part in enumerate(parts[:-1]):
        if place >= 2 and (match := VERSION.fullmatch(part)):
            who, number = parts[place - 2], int(match[1])
            key = "/".join(parts[:place])
            return Label(key, Person(who), "/".join(parts[place + 1 :]), None, part, number, number)
    return None


def _named(name: str, reader: Reader, members: Sequence[Member]) -> Layout:
    return Layout(name, {one.name: label for one in members if (label := reader(one.name))})


def _moodle(members: Sequence[Member]) -> Layout:
    layout = _named("Moodle", moodle, members)
    if any(label.group for label in layout.labels.values()):  # then the numbers are those of groups
        return Layout(
            "Moodle", {name: replace(label, group=label.person.name) for name, label in layout.labels.items()}
        )
    return layout


def read_layout(members: Sequence[Member], archive: str) -> Layout:
    """Find out which platform made an export.

    Args:
        members: what it holds.
        archive: name of the file or folder that was given.

    Returns:
        The layout under which most files have a label; ``plain`` where no platform's form fits.
    """
    # Junk in a student's folder is kept: it shows that the student is there.
    kept = [one for one in members if one.parts and not is_junk(one.parts[:1]) and "__MACOSX" not in one.parts]
    files = [one for one in kept if not one.is_folder and not is_junk(one.parts)]
    for read in (gradescope, classroom50):  # these bring a list of who is who; a student may have packed such a list
        if (layout := read(kept, archive)) and 2 * len(layout.labels) >= len(files):
            return layout
    marked = [
        _moodle(kept),
        _blackboard(kept),
        _named("Brightspace", brightspace, kept),
        _named("Teams", teams, kept),
    ]
    best = max(marked, key=lambda layout: len(layout.labels))
    if best.labels:
        index = frozenset(one.name for one in files if one.file.lower() == "index.html" and one.name not in best.labels)
        return Layout(best.name, best.labels, own=best.own | index, notes=best.notes)
    if layout := github_classroom(kept, archive) or nbgrader(kept, archive):
        return layout
    prairie = _named("PrairieLearn", prairielearn, files)
    sure = any(label.person.email for label in prairie.labels.values()) or archive.lower().endswith("_files.zip")
    if sure and 2 * len(prairie.labels) > len(files):
        return prairie
    flat = _named("Canvas", canvas, files)
    if flat.labels and 2 * len(flat.labels) >= len(files):
        return flat
    return Layout("plain", {})


def by_regex(members: Sequence[Member], pattern: str) -> Layout:
    """Read names by a regular expression of the teacher's.

    Args:
        members: what the export holds.
        pattern: is searched in each path; named groups: ``id`` (or ``student_id``), ``login``, ``name``,
            ``first_name``, ``last_name``, ``email``, ``group``, ``attempt``, ``timestamp``, ``late``, ``file``.

    Raises:
        UsageError: it is no regular expression, or names nobody.
    """
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        raise UsageError(f"--names is no regular expression ({error}): {pattern}") from None
    known = {"id", "student_id", "login", "name", "first_name", "last_name", "email", "group"}
    if not known & set(compiled.groupindex):
        raise UsageError(
            f"--names names nobody: use one of the groups {', '.join(f'(?P<{one}>...)' for one in sorted(known))}"
        )
    labels = {}
    for member in members:
        if "__MACOSX" in member.parts or not (match := compiled.search(member.name)):
            continue
        if label := _from_groups(match, member.name):
            labels[member.name] = label
    return Layout("--names", labels)


def _below(name: str, end: int) -> str:
    """Return the path below what was matched, where it ended at a folder; else the file's own name."""
    return name[end:].lstrip("/") if name.startswith("/", end) or name[:end].endswith("/") else name.split("/")[-1]


def _from_groups(match: re.Match[str], name: str) -> Label | None:
    said = {key: value.strip() for key, value in match.groupdict().items() if value and value.strip()}
    full = said.get("name") or " ".join(said[key] for key in ("first_name", "last_name") if key in said) or None
    person = Person(full, said.get("id") or said.get("student_id"), said.get("login"), said.get("email"))
    key = person.id or person.login or person.email or person.name or said.get("group")
    if not key:
        return None
    attempt = said.get("attempt", "")
    stamp = said.get("timestamp", "")
    late = said.get("late", "").lower()
    says_late = "late" in match.re.groupindex
    return Label(
        key,
        person if person.shown != "?" else Person(said["group"]),
        said.get("file") or _below(name, match.end()),
        said.get("group"),
        attempt=f"{attempt} {stamp}".strip(),
        number=int(attempt) if attempt.isdecimal() else None,
        order=int(attempt) if attempt.isdecimal() else 0,
        when=iso_time(stamp) if stamp else None,
        late=("no" if late in ("", "0", "no", "false") else "yes") if says_late else "unknown",
    )
