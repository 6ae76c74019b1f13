"""Hostile submissions gain no point, harm nothing outside, cost no more than their time, and are reported in words."""

from __future__ import annotations

import os
import socket
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hostile import ATTACKS, source
from red_team import RED_TEAM

from day89.course.cohort.submissions import find
from day89.course.exercise.files import checks_folder
from day89.course.exercise.tasks import choose
from day89.course.grading import grade as grading
from day89.course.grading import limits, run
from day89.course.grading.grade import grade
from day89.course.grading.supervisor import WarmServer
from day89.course.reports import feedback, gradebook, html
from day89.course.reports.terminal import draw
from day89.course.results.results import Results, SubmissionResult

probes = pytest.importorskip("day89.course.boundary.probes", reason="this system has no process boundary")

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="a jail is to be had on Linux only")
TASKS = ["1.3"]
# What never ends by itself is stopped; how soon is a parameter here, so that the suite does not sit its limits out.
ENDLESS = {"calls AWS for ever", "loops inside a call", "loops when it is imported", "recurses without end"}


@pytest.fixture(scope="module")
def jail() -> Iterator[WarmServer]:
    report = probes.best()
    if not report.is_jail:
        pytest.skip(f"no jail holds on this machine: {report.summary}")
    with WarmServer(
        ["boto3", "pytest", "day89.course.grading.reporter", "day89.cloud"], report.confinement
    ) as supervisor:
        yield supervisor


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


def judge(jail: WarmServer, path: Path) -> SubmissionResult:
    return grade(path, choose(TASKS, None), 7, supervisor=jail, seconds=60)


class HurriedRun(run.Run):
    """A run that is hurried from its first check on, as if others of its tasks had sat their limits out."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.slow.update({task.id: limits.PATIENCE for task in self.tasks})


@pytest.fixture
def short_limits(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.node.callspec.params["name"] in ENDLESS:
        monkeypatch.setattr(run, "IMPORT_LIMIT", 3.0)
        monkeypatch.setattr(grading, "Run", HurriedRun)


@pytest.mark.usefixtures("short_limits")
@pytest.mark.parametrize("name", ATTACKS | RED_TEAM)
def test_hostile_submission_gains_nothing_and_harms_nothing(
    name: str, jail: WarmServer, listener: socket.socket, tmp_path: Path
) -> None:
    attack = (ATTACKS | RED_TEAM)[name]
    secret = tmp_path / "secret.txt"
    secret.write_text("secret", encoding="utf-8")
    places = {
        "canary": tmp_path / "canary",
        "checks": checks_folder(),
        "secret": secret,
        "port": listener.getsockname()[1],
    }
    path = tmp_path / "exercise.py"
    path.write_text(source(attack, places), encoding="utf-8")
    before = check_files(), secret.stat()

    result = judge(jail, path)

    assert result.score == 0, [check for task in result.tasks for check in task.checks if check.passed]
    assert result.status == attack.status, result.message
    told = " ".join([result.message or "", *(check.message or "" for task in result.tasks for check in task.checks)])
    assert attack.says in told
    assert "the check itself broke" not in told
    assert "DID" not in told
    told.encode("utf-8")
    assert not (tmp_path / "canary").exists()
    assert (check_files(), secret.stat()) == before
    assert result.seconds < 75
    with pytest.raises(BlockingIOError):
        listener.accept()


def check_files() -> list[tuple[Path, bytes]]:
    """Return the checks and their contents; what Python keeps beside them comes with other tests."""
    return [(one, one.read_bytes()) for one in sorted(checks_folder().iterdir()) if one.is_file()]


FILES: dict[str, tuple[bytes, str]] = {
    "is written in Latin-1": ("# é\n".encode("latin-1"), "not UTF-8"),
    "declares another encoding": (b"# coding: utf-7\nx = 1\n", "utf-7"),
    "holds null bytes": (b"x = 1\0\n", "null bytes"),
    "holds 10 MB of source": (b"x = 1\n" * 1_800_000, "larger than"),
    "is nested too deeply": (b"(" * 60_000 + b")" * 60_000, ""),
    "is empty": (b"", "empty"),
    "is no Python": (b"<html>", "line 1"),
}


@pytest.mark.parametrize("name", FILES)
def test_file_that_is_no_submission_is_reported_in_words(name: str, jail: WarmServer, tmp_path: Path) -> None:
    data, says = FILES[name]
    path = tmp_path / "exercise.py"
    path.write_bytes(data)
    result = judge(jail, path)
    assert (result.status, result.score) == ("unreadable", 0)
    assert says in (result.message or "")


def test_fifo_is_no_submission(jail: WarmServer, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "exercise.py")
    assert "not a plain file" in (judge(jail, tmp_path / "exercise.py").message or "")


@pytest.mark.parametrize(
    "neighbour", ["conftest.py", "sitecustomize.py", "json.py", "boto3.py", "pytest.ini", "solution.py"]
)
def test_file_beside_the_submission_is_never_run(neighbour: str, jail: WarmServer, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    (tmp_path / neighbour).write_text(f"open({str(canary)!r}, 'w').write('ran')\n", encoding="utf-8")
    (tmp_path / "exercise.py").write_text("def list_keys(*arguments):\n    return []\n", encoding="utf-8")
    assert judge(jail, tmp_path / "exercise.py").status == "graded"
    assert not canary.exists()


def test_symbolic_link_in_a_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.py").write_text("x = 1\n", encoding="utf-8")
    folder = tmp_path / "handed-in"
    folder.mkdir()
    (folder / "exercise.py").symlink_to(tmp_path / "secret.py")
    (found,) = find([str(folder)], tmp_path / "scratch")
    assert found.path is None
    assert "symbolic link" in (found.problem or "")


def test_zip_can_neither_leave_its_folder_nor_burst(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("link/exercise.py")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "all.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../slip.py", "x = 1\n")
        archive.writestr("/absolute.py", "x = 1\n")
        archive.writestr("bomb/exercise.py", b"#" * (64 << 20))
        archive.writestr(link, "/etc/passwd")
        archive.writestr("good/exercise.py", "x = 1\n")
    scratch = tmp_path / "scratch"
    found = {source.name: source for source in find([str(tmp_path / "all.zip")], scratch)}
    refused = sorted(name for name, source in found.items() if source.path is None)
    assert refused == ["../../slip.py", "/absolute.py", "link/exercise.py"]
    assert sum(path.stat().st_size for path in scratch.rglob("*") if path.is_file()) < 300_000
    assert all(path.is_relative_to(scratch) for source in found.values() if (path := source.path))


def test_names_and_messages_cannot_write_on_a_report() -> None:
    evil = "=HYPERLINK(1)<img src=x onerror=alert(1)>\x1b[2J\u202e.py"
    result = SubmissionResult(evil, None, "unreadable", evil, 0.0, ())
    results = Results(1, "landlock", (result,))
    page, table = html.render(results.as_json()), gradebook.render(results.as_json())
    told = feedback.render(results.as_json()["submissions"][0], results.as_json())
    assert "<img" not in page
    assert all(not row.startswith("=") for row in table.splitlines())
    assert "<img" not in told.replace("\\<", "")
    for text in (page, table, told, draw(results)):
        assert "\x1b[2J" not in text
        assert "\u202e" not in text


INSTANCE_CHECK = """
import pytest

@pytest.mark.task("4.3", "core", points=5)
@pytest.mark.cloud(instances=True)
def test_instance(task, cloud):
    assert cloud.instances.isolation == task.worker_user_data()
"""


def test_script_of_a_confined_submission_runs_in_a_jail_or_not_at_all(jail: WarmServer, tmp_path: Path) -> None:
    (tmp_path / "checks").mkdir()
    (tmp_path / "checks" / "test_exercise_4.py").write_text(INSTANCE_CHECK, encoding="utf-8")
    path = tmp_path / "exercise.py"
    path.write_text("def worker_user_data():\n    return 'strict'\n", encoding="utf-8")
    result = grade(path, choose(["4.3"], None), 7, supervisor=jail, checks=tmp_path / "checks", seconds=60)
    assert (result.message, result.score) == (None, 5)
