"""One column of the platform's own table is filled; every other byte stays, and nobody is filled by a guess."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from day89.cli import main
from day89.course.cohort.tables import read_table
from day89.course.gradebook.columns import find_column
from day89.course.gradebook.feedback import pack
from day89.course.gradebook.fill import Filled, fill
from day89.errors import UsageError

ANA = {"name": "Ana Lee", "id": "7001", "login": "alee", "email": "ana@x.org", "sid": "S-1"}
ZOE = {"name": "Zoë Brandt", "id": "7002", "login": "zbra", "email": "zoe@x.org", "sid": "S-2"}


def entry(person: dict[str, str], score: float = 62.5, **more: Any) -> dict[str, Any]:
    path = f"{person.get('name', 'x')}/exercise.py"
    facts = {"path": path, "where": path, "status": "graded", "message": None, "score": score, "max_score": 100.0}
    return facts | {"sha256": "0", "seconds": 1.0, "tasks": [], "person": person} | more


def results(*entries: dict[str, Any]) -> dict[str, Any]:
    return {"schema": 2, "course": "day89", "seed": 1, "isolation": "none", "submissions": list(entries)}


def only(person: dict[str, str], *keys: str) -> dict[str, str]:
    return {key: person[key] for key in keys}


def filled(tmp_path: Path, data: bytes, *entries: dict[str, Any], column: str | None = None, **options: Any) -> Filled:
    path = tmp_path / "theirs.csv"
    path.write_bytes(data)
    table = read_table(path)
    return fill(table, results(*entries), find_column(table, column), **options)


CANVAS = (
    '\ufeffStudent,ID,SIS User ID,SIS Login ID,Section,"Labor, ""S3"" (55001)",Current Score\r\n'
    ",,,,,Manual Posting,\r\n"
    "    Points Possible,,,,,100.00,(read only)\r\n"
    '"Lee, Ana",7001,S-1,alee,A,{ana},62.50\r\n'
    '"Brandt, Zoë",7002,S-2,zbra,"A and ""B""",{zoe},\r\n'
    '"Vane, Per",7005,S-5,pvan,A,EX,\r\n'
)
MOODLE = (
    "Kennung;Vollständiger Name;E-Mail-Adresse;Status;Bewertung;Bestwertung;Bewertung kann geändert werden;Geändert\n"
    'Teilnehmer/in 7001;Ana Lee;ana@x.org;"Abgegeben; bewertet";{ana};100,00;Ja;"Freitag, 20. November 2026"\n'
    "Teilnehmer/in 7002;Zoë Brandt;zoe@x.org;Abgegeben;{zoe};100,00;Ja;-\n"
    "Teilnehmer/in 7005;Per Vane;per@x.org;Keine Abgabe;;100,00;Ja;-\n"
)
MOODLE_BLIND = (
    '"Identifier","Status","Grade","Maximum Grade","Grade can be changed","Feedback comments"\n'
    '"Participant 7001","Submitted","{ana}","100.00","Yes","a\nb"\n'
    '"Participant 7002","Submitted","{zoe}","100.00","Yes",""'
)
BLACKBOARD = (
    '\ufeff"Last Name","First Name","Username","Student ID","S3 lab [Total Pts: 100 Score] |574283","Other |9"\r\n'
    '"Lee","Ana","alee","S-1","{ana}","5"\r\n"Brandt","Zoë","zbra","S-2","{zoe}",""\r\n'
)
BRIGHTSPACE = (
    "OrgDefinedId,Username,S3 lab Points Grade <Numeric MaxPoints:100 Category:Labs>,End-of-Line Indicator\n"
    "#S-1,#alee,{ana},#\n#S-2,#zbra,{zoe},#\n"
)
CLASSROOM = (
    "username,score,max_score,datetime,override\nalee,{ana},2000,t,false\nzbra,{zoe},2000,t,false\nper,7,2000,t,true\n"
)
PLAIN = "email\tnotes\tPoints\nzoe@x.org\thi\t{zoe}\r\n\nana@x.org\t'x\t{ana}\n"

TABLES = [
    ("canvas", CANVAS, "utf-8", ("id",), None, ("62.5", "0")),
    ("canvas by name", CANVAS, "utf-8", ("name",), 'Labor, "S3"', ("62.5", "0")),
    ("canvas by login", CANVAS, "utf-8", ("login",), "55001", ("62.5", "0")),
    ("moodle in German", MOODLE, "cp1252", ("name", "id"), None, ("62,5", "0")),
    ("moodle, blind", MOODLE_BLIND, "utf-8", ("id",), None, ("62.5", "0")),
    ("blackboard", BLACKBOARD, "utf-8", ("login",), "S3 lab", ("62.5", "0")),
    ("blackboard, text for Excel", BLACKBOARD.replace(",", "\t"), "utf-16-le", ("login",), "574283", ("62.5", "0")),
    ("brightspace", BRIGHTSPACE, "utf-8", ("sid",), None, ("62.5", "0")),
    ("brightspace by login", BRIGHTSPACE, "utf-8", ("login",), None, ("62.5", "0")),
    ("classroom 50", CLASSROOM, "utf-8", ("login",), None, ("1250", "0")),
    ("plain, by tabs", PLAIN, "utf-8", ("email",), None, ("62.5", "0")),
]


@pytest.mark.parametrize(
    ("text", "codec", "keys", "column", "marks"), [one[1:] for one in TABLES], ids=[one[0] for one in TABLES]
)
def test_marks_are_filled_and_all_else_stays_byte_for_byte(
    text: str, codec: str, keys: tuple[str, ...], column: str | None, marks: tuple[str, str], tmp_path: Path
) -> None:
    ana, zoe = entry(only(ANA, *keys)), entry(only(ZOE, *keys), 0.0, status="unreadable")
    for before in ("", "12"):  # an empty cell, and one that holds a mark
        data = text.replace("{ana}", before).replace("{zoe}", before).encode(codec)
        done = filled(tmp_path, data, ana, zoe, column=column)
        assert done.data == text.replace("{ana}", marks[0]).replace("{zoe}", marks[1]).encode(codec)
        assert (len(done.filled), done.without_row, done.ambiguous) == (2, [], [])
        assert any("unreadable" in line for line in done.filled)


def test_everybody_is_listed(tmp_path: Path) -> None:
    twins = "Name,Login,Score\nAna Lee,a1,\nAna Lee,a2,\nBo Day,b,5\nCy Fox,c,\nDi Orr,d,excused\nEd Poe,e,7\nFlo,f,\n"
    done = filled(
        tmp_path,
        twins.encode(),
        entry({"name": "Ana Lee"}),
        entry({"name": "Bo Day"}, 9.0),
        entry({"name": "Di Orr"}),
        entry({"name": "Eddie Poe"}),
        entry({"name": "Flo", "login": "f"}, status="tool_error"),
        entry({"name": "Cy Fox"}, 0.0, status="no_python_file", where=None),
    )
    assert done.data == twins.replace("b,5", "b,9").encode()
    assert [len(one) for one in (done.filled, done.ambiguous, done.without_row, done.kept, done.not_judged)] == [1] * 5
    assert "was 5" in done.filled[0]
    assert "excused" in done.kept[0]
    assert [line for line in done.without_submission if "Cy Fox" in line]


def test_two_submissions_of_one_person_are_ambiguous(tmp_path: Path) -> None:
    data = b"Name,Login,Score\nAna Lee,alee,3\n"
    for first, second in (({"login": "alee"}, {"login": "alee"}), ({"name": "Ana Lee"}, {"name": "Lee, Ana"})):
        done = filled(tmp_path, data, entry(first, path="once"), entry(second, path="again"))
        assert done.data == data
        assert "once, again" in done.ambiguous[0]
    done = filled(tmp_path, data, entry({"login": "alee"}), entry({"name": "Ana Lee"}, path="again"))
    assert done.data == data.replace(b"alee,3", b"alee,62.5"), "who is known by login is not another of that name"
    assert "again" in done.without_row[0]


def test_number_of_somebody_elses_column_is_no_identity(tmp_path: Path) -> None:
    data = b"Name,Quiz,Score\nBo Day,7,\nCy Fox,8,\n"
    done = filled(tmp_path, data, entry({"id": "7"}), entry({"id": "901"}), entry({"id": "902"}))
    assert done.data == data
    assert len(done.without_row) == 3


def test_members_of_a_group_get_its_mark(tmp_path: Path) -> None:
    rows = "Participant 31,A B,Heron,,100\nParticipant 32,C D,Heron,,100\nParticipant 33,E F,Egret,,100\n"
    data = f"Identifier,Full name,Group,Grade,Maximum Grade\n{rows}".encode()
    done = filled(tmp_path, data, entry({"name": "Heron", "id": "31"}, group="Heron"))
    assert done.data.count(b"62.5") == 2
    team = entry({"name": "A B"}, members=[{"name": "A B"}, {"name": "C D"}], group="A B, C D")
    assert filled(tmp_path, data, team).data.count(b"62.5") == 2


def test_locked_rows_are_kept(tmp_path: Path) -> None:
    data = b"Identifier,Full name,Grade,Maximum Grade,Grade can be changed\nParticipant 7001,Ana,5,100,No\n"
    done = filled(tmp_path, data, entry(ANA))
    assert done.data == data
    assert "not to be changed" in done.kept[0]
    header = b"Kennung,Name,Bewertung,Bestwertung,Workflow,Kann ge\xc3\xa4ndert werden,Zuletzt\n"
    german = header + b"Teilnehmer/in 7001,Ana,5,100,Freigegeben,Nein,-\nTeilnehmer/in 7002,Zo\xc3\xab,,100,Neu,Ja,-\n"
    done = filled(tmp_path, german, entry(ANA), entry(ZOE))
    assert done.data == german.replace(b"Zo\xc3\xab,,", b"Zo\xc3\xab,62.5,")
    assert len(done.kept) == 1
    override = CLASSROOM.replace("{ana}", "1").replace("{zoe}", "").encode()
    assert b"per,7,2000" in filled(tmp_path, override, entry({"login": "per"})).data


def test_short_row_is_told(tmp_path: Path) -> None:
    data = b"Name,Login,Score\nAna Lee,alee\nBo,bo,\n"
    done = filled(tmp_path, data, entry({"login": "alee"}), entry({"login": "bo"}))
    assert done.data == data.replace(b"bo,\n", b"bo,62.5\n")
    assert "Ana Lee" in done.kept[0]


def test_prairielearn_takes_shares(tmp_path: Path) -> None:
    data = b"uid,instance,qid,score_perc,feedback\na@x.org,1,s3,,\n"
    half = entry({"login": "a@x.org"}, 25.0, max_score=50.0)
    assert b"s3,50," in filled(tmp_path, data, half).data


def test_other_full_marks_need_a_word(tmp_path: Path) -> None:
    data = CANVAS.replace("100.00", "50.00").replace("{ana}", "").replace("{zoe}", "").encode()
    with pytest.raises(UsageError, match="--out-of 50"):
        filled(tmp_path, data, entry(ANA))
    assert b"A,31.25,62.50" in filled(tmp_path, data, entry(ANA), out_of=50.0).data


@pytest.mark.parametrize(
    ("text", "column", "says"),
    [
        ("Student,ID,A (1),B (2)\nx,1,,\n", None, "--column"),
        ("Student,ID,A (1),B (2)\nx,1,,\n", "C", r"'A \(1\)'"),
        ("who,what\nx,1\n", None, "'what'"),
        ("", None, "empty"),
        ("PK\x03\x04", None, "workbook"),
    ],
)
def test_table_without_a_column_is_said_in_words(text: str, column: str | None, says: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=says):
        filled(tmp_path, text.encode(), column=column)


def test_cell_that_is_no_formula_and_quotes_survive(tmp_path: Path) -> None:
    data = b'Name,Comment,Score\n"Lee, Ana","=1+1, ""x""\n\xc3\xa9",\nBo," spaced ", 5 \n'
    done = filled(tmp_path, data, entry({"name": "Ana Lee"}), entry({"name": "Bo"}, 7.0))
    assert done.data == data.replace(b'",\nBo', b'",62.5\nBo').replace(b", 5 ", b",7")


def test_feedback_bears_the_names_that_came_in(tmp_path: Path) -> None:
    names = {
        "moodle": "Zoë Brandt_71_assignsubmission_file_/src/exercise.py",
        "canvas": "brandtzoe_LATE_7002_910012_exercise-2.py",
        "brightspace": "27-46 - Zoë Brandt - Nov 20, 2026 805 PM/exercise.py",
    }
    wanted = {
        "moodle": "Zoë Brandt_71_assignsubmission_file/feedback.html",
        "canvas": "brandtzoe_LATE_7002_910012_exercise-2.py.feedback.html",
        "brightspace": "27-46 - Zoë Brandt - Nov 20, 2026 805 PM/feedback.html",
    }
    for platform, where in names.items():
        for one in (where, f"export/{where}"):
            data, left = pack(results(entry(ZOE, where=one), entry(ANA, where=None)), platform)
            assert zipfile.ZipFile(io.BytesIO(data)).namelist() == [wanted[platform]]
            assert len(left) == 1
    with pytest.raises(UsageError, match="moodle"):
        pack(results(entry(ZOE)), "moodle")


def test_command_fills_beside_the_table_and_never_over_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table, source = tmp_path / "theirs.csv", tmp_path / "r.json"
    table.write_text("Name,Score\nAna Lee,\n", encoding="utf-8")
    source.write_text(json.dumps(results(entry(ANA))), encoding="utf-8")
    words = ["gradebook", "fill", str(table), "--results", str(source)]
    assert main(words) == 0
    assert (tmp_path / "theirs-filled.csv").read_text("utf-8") == "Name,Score\nAna Lee,62.5\n"
    assert "1 filled" in capsys.readouterr().out
    assert main([*words, "--output", str(table)]) == 2
    assert table.read_text("utf-8") == "Name,Score\nAna Lee,\n"
