"""Whoever handed something in has a row, is named as the platform names them, and the right file is taken."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest

from day89.cli import main
from day89.course.cohort import listing, pick
from day89.course.cohort.submissions import Intake, Source, take_in
from day89.errors import UsageError

BEGUN = 'def list_keys(s3, bucket, prefix=""):\n    return ["a"]\n'
STUB = 'def list_keys(s3, bucket, prefix=""):\n    raise NotImplementedError\n'
NOTEBOOK = json.dumps({"cells": [], "nbformat": 4})

Files = dict[str, str | bytes]


def packed(files: Files) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return target.getvalue()


def export(folder: Path, files: Files, name: str = "export.zip") -> Path:
    path = folder / name
    path.write_bytes(packed(files))
    return path


def unpacked(folder: Path, files: Files) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def intake(path: Path, **options: str) -> Intake:
    return take_in([str(path)], path.parent / f"scratch-{path.name}", **options)


def graded(one: Source) -> str:
    return one.path.read_text("utf-8") if one.path else one.status


def by_name(found: Intake) -> dict[str, Source]:
    return {one.person.shown: one for one in found.sources}


def test_whatever_was_handed_in_is_a_row(tmp_path: Path) -> None:
    files: Files = {
        "lab/Ann Lee/exercise.py": BEGUN,
        "lab/Bo Day/exercise.ipynb": NOTEBOOK,
        "lab/Cy Fox/EXERCISE.PY": BEGUN,
        "lab/Di Orr/exercise.py.txt": BEGUN,
        "lab/Ed Poe/work.zip": packed({"work/exercise.py": BEGUN}),
        "lab/Flo Ray/answer.docx": b"PK",
        "lab/Gus Roy/": "",
        "lab/Hal Sax/._exercise.py": b"\0",
        "lab/Ivy Tam/notes.zip": packed({"notes.txt": "sorry"}),
        "lab/Jo Unwin/broken.zip": b"no zip",
        "__MACOSX/lab/Ann Lee/._exercise.py": b"\0",
        "lab/.DS_Store": b"\0",
    }
    found = by_name(intake(export(tmp_path, files)))
    assert {name: graded(one) for name, one in found.items()} == {
        "Ann Lee": BEGUN,
        "Bo Day": "no_python_file",
        "Cy Fox": BEGUN,
        "Di Orr": BEGUN,
        "Ed Poe": BEGUN,
        "Flo Ray": "no_python_file",
        "Gus Roy": "no_python_file",
        "Hal Sax": "no_python_file",
        "Ivy Tam": "no_python_file",
        "Jo Unwin": "no_python_file",
    }
    assert "exercise.ipynb" in str(found["Bo Day"].problem)
    assert "notebook" in str(found["Bo Day"].problem)
    assert "answer.docx" in str(found["Flo Ray"].problem)
    assert "empty" in str(found["Gus Roy"].problem)
    assert "not opened" in str(found["Jo Unwin"].problem)
    assert "exercise.py.txt" in " ".join(found["Di Orr"].notes)


def test_folder_gives_the_rows_of_its_zip(tmp_path: Path) -> None:
    files: Files = {
        "a b/exercise.py": BEGUN,
        "c d/src/exercise.py": BEGUN,
        "e f/x.ipynb": NOTEBOOK,
        "g/w.zip": packed({"exercise.py": STUB}),
    }
    zipped, folder = intake(export(tmp_path, files)), intake(unpacked(tmp_path / "all", files))
    assert [(one.name, graded(one), one.person) for one in zipped.sources] == [
        (one.name, graded(one), one.person) for one in folder.sources
    ]


@pytest.mark.parametrize(
    ("files", "taken"),
    [
        ({"exercise.py": STUB, "exercise (1).py": BEGUN}, "exercise (1).py"),
        ({"exercise.py": BEGUN, "exercise (1).py": STUB}, "exercise.py"),
        ({"exercise.py": STUB, "exercise (1).py": BEGUN + "def upload_file(: pass"}, "exercise (1).py"),
        ({"exercise.py": BEGUN, "solution.py": BEGUN + "def create_bucket(s3):\n    return 1\n"}, "exercise.py"),
        ({"exercise.py": BEGUN, "old/exercise.py": BEGUN}, "exercise.py"),
        ({"exercise.py": BEGUN, "tests/test_exercise.py": BEGUN, ".venv/lib/six.py": BEGUN}, "exercise.py"),
        ({"exercise.py": STUB, "tove.py": BEGUN}, "tove.py"),
        ({"main.py": BEGUN, "helper.py": "x = 1\n"}, "main.py"),
        ({"deep/er/exercise.py": BEGUN, "helper.py": "x = 1\n"}, "deep/er/exercise.py"),
        ({"my_exercise_final_v2.py": BEGUN, "my_exercise.py": STUB}, "my_exercise_final_v2.py"),
    ],
)
def test_one_file_of_a_student_is_taken_by_rule_and_the_others_are_named(
    files: Files, taken: str, tmp_path: Path
) -> None:
    members: Files = {"Someone Else/exercise.py": BEGUN} | {f"Tove Amb/{name}": text for name, text in files.items()}
    rows = [one for one in intake(export(tmp_path, members)).sources if one.person.name == "Tove Amb"]
    assert [one.name for one in rows] == [f"Tove Amb/{taken}"]
    left = [name for name in files if name != taken and not name.startswith(".")]
    assert all(name in " ".join(rows[0].notes) for name in left)


def test_clones_of_the_course_are_one_row_each(tmp_path: Path) -> None:
    clone: Files = {
        "exercise.py": STUB,
        "solution.py": BEGUN,
        "day89/__init__.py": "",
        "day89/s3/listing.py": BEGUN,
        "tests/graded/test_exercise_1.py": BEGUN,
        "tests/variants/wheats/ex1/exercise.py": BEGUN,
        ".git/config": "",
    }
    files = {f"lab-{who}/{name}": text for who in ("ann", "bob") for name, text in clone.items()}
    found = intake(unpacked(tmp_path / "lab-submissions", files))
    assert [one.name for one in found.sources] == ["lab-ann/exercise.py", "lab-bob/exercise.py"]
    assert [one.person.login for one in found.sources] == ["ann", "bob"]


def test_sections_of_a_class_do_not_hide_students(tmp_path: Path) -> None:
    files: Files = {
        "Mon/Ann Lee/exercise.py": BEGUN,
        "Mon/Bo Day/exercise.py": BEGUN,
        "Tue/Cy Fox/exercise.py": BEGUN,
        "Wed/Di Orr/exercise.ipynb": NOTEBOOK,
        "Wed/Ed Poe/exercise.ipynb": NOTEBOOK,
    }
    assert set(by_name(intake(export(tmp_path, files)))) == {"Ann Lee", "Bo Day", "Cy Fox", "Di Orr", "Ed Poe"}


def test_files_of_several_people_in_one_folder_are_rows_each(tmp_path: Path) -> None:
    drive: Files = {f"Lab/{name}": BEGUN for name in ("exercise.py", "exercise(1).py", "Tove Amb - exercise.py")}
    assert len(intake(export(tmp_path, drive, "drive-download-20261121T090000Z-1-001.zip")).sources) == 3
    flat: Files = {"ann.py": BEGUN, "bob.py": STUB, "eve.ipynb": NOTEBOOK, "list.csv": "a,b"}
    found = intake(export(tmp_path, flat, "flat.zip"))
    assert set(by_name(found)) == {"ann", "bob", "eve"}
    assert any("list.csv" in text for text in found.left_out)


FLAT: list[tuple[list[str], int]] = [
    (["exercise_1.py", "exercise_2.py", "exercise_3.py"], 3),
    (["1001.py", "1002.py", "1003.py"], 3),
    (["1.py", "2.py"], 2),
    (["hw_3_2026_ann.py", "hw_3_2026_bob.py"], 2),
    (["lee_ana.py", "lee_ana_v2.py", "day_bo.py"], 2),
    (["exercise.py", "solution.py"], 1),
    (["S 01/Lab 1/Ana Lee/exercise.py", "S 01/Lab 1/Bo Day/exercise.py", "S 02/Lab 1/Cy Fox/exercise.py"], 3),
    (["1/exercise.py", "2/exercise.py"], 2),
    (["A/1/exercise.py", "A/2/exercise.py", "B/1/exercise.py"], 3),
    (["Ana Lee/part1/exercise.py", "Ana Lee/part2/exercise.py", "Bo Day/exercise.py"], 2),
]


@pytest.mark.parametrize(("names", "rows"), FLAT, ids=[" ".join(names) for names, _ in FLAT])
def test_names_without_words_are_people_too(names: list[str], rows: int, tmp_path: Path) -> None:
    assert len(intake(export(tmp_path, dict.fromkeys(names, BEGUN))).sources) == rows


@pytest.mark.parametrize(
    ("folder", "person"),
    [
        ("Tove Amb (tamb)", {"name": "Tove Amb", "login": "tamb"}),
        ("Tove Amb [t@x.org]", {"name": "Tove Amb", "email": "t@x.org"}),
        ("20090101_Tove Amb", {"name": "Tove Amb", "sid": "20090101"}),
        ("Tove_Amb_20090101", {"name": "Tove Amb", "sid": "20090101"}),
        ("t.amb@x.org", {"login": "t.amb@x.org", "email": "t.amb@x.org"}),
        ("tamb", {"name": "tamb", "login": "tamb"}),
    ],
)
def test_folders_name_people_in_several_ways(folder: str, person: dict[str, str], tmp_path: Path) -> None:
    files: Files = {f"{folder}/exercise.py": BEGUN, "Someone Else/exercise.py": BEGUN}
    assert person in [one.person.as_json() for one in intake(export(tmp_path, files)).sources]


PLATFORMS: list[tuple[str, Files, list[dict[str, object]]]] = [
    (
        "Moodle",
        {
            "Ána de Lee_71_assignsubmission_file/exercise.py": BEGUN,
            "Ána de Lee_71_assignsubmission_onlinetext/onlinetext.html": "<p>hi</p>",
            "Bo Day_72_assignsubmission_file_/src/exercise (2).py": BEGUN,
            "Cy Fox_73_assignsubmission_file_my_exercise_v2.py": BEGUN,
            "Di Orr_74_assignsubmission_onlinetext_texteenligne.html": "<p>x = 1</p>",
            "Ed Poe_75_assignsubmission_file/.DS_Store": "",
        },
        [
            {"name": "Ána de Lee", "id": "71"},
            {"name": "Bo Day", "id": "72"},
            {"name": "Cy Fox", "id": "73"},
            {"name": "Di Orr", "id": "74"},
            {"name": "Ed Poe", "id": "75"},
        ],
    ),
    (
        "Canvas",
        {
            "2026_1_export/leeana_71_9001_exercise-1.py": BEGUN,
            "2026_1_export/daybo_LATE_72_9002_exercise.py": BEGUN,
            "2026_1_export/daybo_LATE_72_9003_helper.py": "x = 1",
            "2026_1_export/foxcy_73_text.html": "<p>hi</p>",
            "2026_1_export/LATE_anon_k3X_9005_exercise.py": BEGUN,
            "2026_1_export/orrdi_74_9006_work.zip": packed({"a/exercise.py": BEGUN}),
        },
        [
            {"name": "leeana", "id": "71"},
            {"name": "daybo", "id": "72"},
            {"name": "foxcy", "id": "73"},
            {"id": "k3X"},
            {"name": "orrdi", "id": "74"},
        ],
    ),
    (
        "Blackboard",
        {
            "A_lab_a_lee_attempt_2026-11-19-08-00-00.txt": "Name: Ana Lee (a_lee)\nAssignment: A_lab\n",
            "A_lab_a_lee_attempt_2026-11-19-08-00-00_exercise.py": STUB,
            "A_lab_a_lee_attempt_2026-11-20-08-00-00.txt": "Name: Ana Lee (a_lee)\nAssignment: A_lab\n",
            "A_lab_a_lee_attempt_2026-11-20-08-00-00_my_exercise.py": BEGUN,
            "A_lab_bday_attempt_2026-11-20-08-00-00.txt": "Nombre: Bo Day (bday)\n",
        },
        [{"name": "Ana Lee", "login": "a_lee"}, {"name": "Bo Day", "login": "bday"}],
    ),
    (
        "Brightspace",
        {
            "index.html": "<p>",
            "17-45 - Ana Lee-Poe - Nov 19, 2026 926 AM/exercise.py": STUB,
            "17-45 - Ana Lee-Poe - 20 November 2026 1201 AM/exercise.py": BEGUN,
            "18-45 - 2009010 Bo Day - 5 mars 2026 1812/exercise.py": BEGUN,
            "19-45 - Ana Lee-Poe - Nov 19, 2026 927 AM/exercise.ipynb": NOTEBOOK,
        },
        [{"name": "Ana Lee-Poe"}, {"name": "Bo Day", "sid": "2009010"}, {"name": "Ana Lee-Poe"}],
    ),
    (
        "Gradescope",
        {
            "assignment_5_export/submission_metadata.yml": "submission_81:\n  :submitters:\n  - :name: Ana Lee\n"
            "    :sid: '71'\n    :email: a@x.org\n  :created_at: 2026-11-20 10:02:00.5 -0800\n  :results: {}\n"
            "  :history:\n  - :id: 80\n    :created_at: 2026-11-19 10:02:00\n"
            "submission_82:\n  :submitters:\n  - :name: Bo Day\n    :sid: ''\n    :email: b@x.org\n"
            "submission_83:\n  :submitters: []\n",
            "assignment_5_export/submission_81/exercise.py": BEGUN,
            "assignment_5_export/submission_83/exercise.py": BEGUN,
        },
        [{"name": "Ana Lee", "sid": "71", "email": "a@x.org"}, {"name": "Bo Day", "email": "b@x.org"}, {"id": "83"}],
    ),
    (
        "Classroom 50",
        {
            "d/scores.csv": "username,score,max_score,datetime,submission_tag,late,override\n"
            "ana-lee,,,2026-11-20T18:02:10Z,t,true,\nbo,,,,,,\n",
            "d/cl-f-1-lab-1-ana-lee/exercise.py": BEGUN,
        },
        [{"login": "ana-lee"}, {"login": "bo"}],
    ),
    (
        "nbgrader",
        {
            "submitted/alee/lab/exercise.py": BEGUN,
            "submitted/alee/lab/timestamp.txt": "2026-11-20 20:05:00 +0100",
            "submitted/bday/lab/lab.ipynb": NOTEBOOK,
        },
        [{"login": "alee"}, {"login": "bday"}],
    ),
    (
        "PrairieLearn",
        {
            "Homework1/a.lee@x.org_1_lab-3_1_9_908_exercise.py": STUB,
            "Homework1/a.lee@x.org_1_lab-3_1_10_909_exercise.py": BEGUN,
            "Homework1/Team Heron_1_lab-3_1_1_903_exercise.py": BEGUN,
        },
        [{"login": "a.lee@x.org", "email": "a.lee@x.org"}, {"name": "Team Heron"}],
    ),
    (
        "Teams",
        {
            "Submitted files/Ana Lee/Lab/Version 9/exercise.py": STUB,
            "Submitted files/Ana Lee/Lab/Version 10/exercise.py": BEGUN,
            "Submitted files/Bo Day/Lab/Version 1/exercise.py": BEGUN,
        },
        [{"name": "Ana Lee"}, {"name": "Bo Day"}],
    ),
]


@pytest.mark.parametrize(("platform", "files", "people"), PLATFORMS, ids=[one[0] for one in PLATFORMS])
def test_platforms_names_are_read(platform: str, files: Files, people: list[dict[str, object]], tmp_path: Path) -> None:
    found = intake(export(tmp_path, files))
    key = str
    assert found.layouts[0][1] == platform
    assert sorted((one.person.as_json() for one in found.sources), key=key) == sorted(people, key=key)
    assert STUB not in [graded(one) for one in found.sources], "an earlier attempt was taken"
    wrapped = intake(export(tmp_path, {f"x y/{name}": text for name, text in files.items()}, "again.zip"))
    assert [one.person for one in wrapped.sources] == [one.person for one in found.sources]


def test_time_attempt_and_lateness_are_kept(tmp_path: Path) -> None:
    files = {name: content for name, content, _ in PLATFORMS}
    canvas = {one.person.id: one for one in intake(export(tmp_path, files["Canvas"], "c.zip")).sources}
    assert [canvas[id].late for id in ("71", "72", "k3X")] == ["no", "yes", "yes"]
    board = by_name(intake(export(tmp_path, files["Blackboard"], "b.zip")))["Ana Lee"]
    assert (board.attempt, board.submitted_at, board.late) == (2, "2026-11-20T08:00:00", "unknown")
    assert board.others == ("A_lab_a_lee_attempt_2026-11-19-08-00-00_exercise.py",)
    bright = [one.submitted_at for one in intake(export(tmp_path, files["Brightspace"], "d.zip")).sources]
    assert bright == ["2026-11-20T00:01:00", "2026-03-05T18:12:00", "2026-11-19T09:27:00"]
    scope = by_name(intake(export(tmp_path, files["Gradescope"], "g.zip")))["Ana Lee"]
    assert (scope.attempt, scope.submitted_at) == (2, "2026-11-20T10:02:00-08:00")
    room = by_name(intake(export(tmp_path, files["Classroom 50"], "k.zip")))["ana-lee"]
    assert (room.submitted_at, room.late) == ("2026-11-20T18:02:10+00:00", "yes")
    book = by_name(intake(export(tmp_path, files["nbgrader"], "n.zip")))["alee"]
    assert book.submitted_at == "2026-11-20T20:05:00+01:00"


def test_member_that_follows_no_form_is_a_row_by_its_path(tmp_path: Path) -> None:
    files: Files = {"Ana Lee_71_assignsubmission_file/exercise.py": BEGUN, "sent by mail/Bo Day/exercise.py": BEGUN}
    found = intake(export(tmp_path, files))
    assert {one.person.name for one in found.sources} == {"Ana Lee", "Bo Day"}
    assert any("does not follow" in note for one in found.sources for note in one.notes)


def test_other_forms_are_read_by_an_expression(tmp_path: Path) -> None:
    files: Files = {
        "hw3+alee+try1+20261119.py": STUB,
        "hw3+alee+try2+20261120+late.py": BEGUN,
        "hw3+bday+try1+20261120.py": BEGUN,
        "extra/Cy Fox/answers.py": BEGUN,
    }
    pattern = r"hw3\+(?P<login>\w+)\+try(?P<attempt>\d+)\+(?P<timestamp>\d+)(?P<late>\+late)?"
    found = by_name(intake(export(tmp_path, files), names=pattern))
    assert set(found) == {"alee", "bday", "Cy Fox"}
    assert (found["alee"].attempt, found["alee"].late, found["bday"].late) == (2, "yes", "no")
    assert graded(found["alee"]) == BEGUN
    for wrong in ("(", "(?P<colour>x)"):
        with pytest.raises(UsageError, match="--names"):
            intake(export(tmp_path, files, "again.zip"), names=wrong)


def raw_zip(path: Path, names: list[bytes]) -> Path:
    """Write a zip whose names are these bytes, without the flag for UTF-8."""
    with zipfile.ZipFile(path, "w") as archive:
        for number, name in enumerate(names):
            archive.writestr(f"{number:02}".ljust(len(name), "x"), BEGUN)
    data = path.read_bytes()
    for number, name in enumerate(names):
        data = data.replace(f"{number:02}".ljust(len(name), "x").encode(), name)
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("codec", "option", "name"),
    [
        ("utf-8", None, "Zoe\u0308 Brandt"),  # macOS decomposes
        ("cp437", None, "Zoë Brandt"),
        ("cp1252", "cp1252", "Zoë Brandt"),
        ("cp932", "cp932", "九条 太郎"),
        ("cp866", "cp866", "Иван Петров"),
    ],
)
def test_names_in_zips_are_decoded(codec: str, option: str | None, name: str, tmp_path: Path) -> None:
    names = [f"all/{name}/exercise.py".encode(codec), b"all/Ann Lee/exercise.py"]
    options = {"encoding": option} if option else {}
    found = by_name(intake(raw_zip(tmp_path / "x.zip", names), **options))
    assert set(found) == {name.replace("e\u0308", "ë"), "Ann Lee"}


def test_unknown_encoding_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="klingon"):
        intake(export(tmp_path, {"a/exercise.py": BEGUN}), encoding="klingon")


def test_backslashes_separate_folders(tmp_path: Path) -> None:
    names = [b"all\\Ann Lee\\exercise.py", b"all\\Bo Day\\exercise.py"]
    assert set(by_name(intake(raw_zip(tmp_path / "x.zip", names)))) == {"Ann Lee", "Bo Day"}


def test_name_that_stands_twice_in_a_zip_is_told_and_the_last_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "twice.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("sam/exercise.py", BEGUN)
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("sam/exercise.py", STUB)
    (one,) = intake(path).sources
    assert graded(one) == STUB
    assert "more than once" in " ".join(one.notes)


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_damaged_member_is_one_persons_trouble(method: int, tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("ann/exercise.py", BEGUN * 50)
        archive.writestr("bob/exercise.py", BEGUN)
    data = bytearray(path.read_bytes())
    at = data.index(b"ann/exercise.py") + len("ann/exercise.py")
    data[at + 4 : at + 40] = b"\xff" * 36
    path.write_bytes(data)
    found = by_name(intake(path))
    assert found["ann"].path is None
    assert "damaged" in str(found["ann"].problem)
    assert graded(found["bob"]) == BEGUN


def test_links_and_paths_that_leave_are_rows_without_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret.py"
    secret.write_text(BEGUN, encoding="utf-8")
    folder = unpacked(tmp_path / "all", {"ann/exercise.py": BEGUN, "bob/notes.txt": "x"})
    (folder / "bob" / "exercise.py").symlink_to(secret)
    (folder / "eve").symlink_to(tmp_path)
    found = by_name(intake(folder))
    assert found["ann"].path is not None
    assert found["bob"].path is None
    assert "symbolic link" in str(found["bob"].problem)
    assert "symbolic link" in str(found["eve"].problem)
    out = intake(export(tmp_path, {"../../evil.py": BEGUN, "ann/exercise.py": BEGUN}))
    assert {one.name: one.path is not None for one in out.sources} == {"../../evil.py": False, "ann/exercise.py": True}


def test_roster_adds_who_handed_in_nothing(tmp_path: Path) -> None:
    files: Files = {f"{name}/exercise.py": BEGUN for name in ("Ana Lee", "Bo Day", "Nobody Known")}
    export(tmp_path, files)
    roster = tmp_path / "class.csv"
    roster.write_text("Nachname;Vorname;E-Mail\nLee;Ana;a@x.org\nDay;Bo;b@x.org\nFox;Cy;c@x.org\n", "cp1252")
    target = tmp_path / "r.json"
    words = ["grade", str(tmp_path / "export.zip"), "--task", "1.3", "--isolation", "none", "--jobs", "1"]
    assert main([*words, "--roster", str(roster), "--json", str(target)]) == 0
    rows = {one["path"]: one for one in json.loads(target.read_text("utf-8"))["submissions"]}
    assert rows["Cy Fox"]["status"] == "no_python_file"
    assert rows["Ana Lee/exercise.py"]["person"] == {"name": "Ana Lee", "email": "a@x.org"}
    assert len(rows) == 4


def test_dry_run_shows_who_and_grades_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("day89.course.commands.grade_cohort.grade_all", lambda *args, **options: pytest.fail("graded"))
    files: Files = {"Ana Lee/exercise.py": BEGUN, "Bo Day/x.ipynb": NOTEBOOK, "e\nvil  row/exercise.py": BEGUN}
    assert main(["grade", str(export(tmp_path, files)), "--dry-run"]) == 0
    shown = capsys.readouterr().out
    assert "3 rows: 2 to grade, 1 without a Python file" in shown
    assert "x.ipynb" in shown
    assert not any(line.startswith("vil") for line in shown.splitlines())


def test_zip_of_very_many_files_is_one_persons_trouble(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "MAX_INNER_MEMBERS", 50)
    many = packed({f"d{number}/notes.txt": "x" for number in range(51)})
    ok = packed({"exercise.py": BEGUN} | {f"d{number}/notes.txt": "x" for number in range(49)})
    rows = by_name(intake(export(tmp_path, {"lab/Ann Lee/a.zip": many, "lab/Bo Day/b.zip": ok})))
    assert "a.zip was not opened (more than 50 files)" in (rows["Ann Lee"].problem or "")
    assert graded(rows["Bo Day"]) == BEGUN


def test_zip_that_understates_how_many_files_it_has_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "MAX_INNER_MEMBERS", 50)
    many = bytearray(packed({f"d{number}/notes.txt": "x" for number in range(51)}))
    end = many.rfind(b"PK\5\6")
    many[end + 8 : end + 12] = b"\1\0\1\0"
    rows = by_name(intake(export(tmp_path, {"lab/Ann Lee/a.zip": bytes(many), "lab/Bo Day/exercise.py": BEGUN})))
    assert "more than 50 files" in (rows["Ann Lee"].problem or "")


def test_student_with_very_many_files_costs_few_readings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A zip in a zip is parsed once for all its files, and so many of its files are looked at and no more."""
    opened: list[int] = []
    zip_in = listing._zip_in
    monkeypatch.setattr(listing, "_zip_in", lambda data: opened.append(1) or zip_in(data))
    examined: list[str] = []
    examine = pick.examine
    monkeypatch.setattr(pick, "examine", lambda member, rest: examined.append(rest) or examine(member, rest))
    files = {f"exercise ({number}).py": STUB for number in range(300)}
    found = intake(export(tmp_path, {"lab/Ann Lee/a.zip": packed(files), "lab/Bo Day/exercise.py": BEGUN}))
    assert len(found.sources) == 2
    assert len(opened) == 2  # to list it, and to read from it
    assert len(examined) <= 3 * pick.MAX_EXAMINED
