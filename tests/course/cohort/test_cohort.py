"""A cohort is graded whole, whatever interrupts it, and each submission counts once."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from day89.cli import main
from day89.course.boundary.choose import choose_isolation
from day89.course.cohort import grade_all
from day89.course.cohort.submissions import find
from day89.course.results.checkpoint import Checkpoint
from day89.errors import UsageError
from day89.processes.tree import descendants

RIGHT = """
def list_keys(s3, bucket, prefix=""):
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    try:
        return [item["Key"] for page in pages for item in page.get("Contents", [])]
    except s3.exceptions.NoSuchBucket:
        raise LookupError(bucket)
"""
WRONG = RIGHT.replace("for page in pages", "for page in [s3.list_objects_v2(Bucket=bucket, Prefix=prefix)]")
OPTIONS = ["--task", "1.3", "--isolation", "none", "--jobs", "2"]


def hand_in(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / name).mkdir(parents=True)
        (folder / name / "exercise.py").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return hand_in(tmp_path / "all", ann=RIGHT, bob=WRONG, eve="x = (")


def scores(path: Path) -> dict[str, float]:
    return {one["path"]: one["score"] for one in json.loads(path.read_text("utf-8"))["submissions"]}


def wait_until(condition: Callable[[], bool], seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come about in time"
        time.sleep(0.05)


def test_folder_is_graded_and_reported_in_every_format(folder: Path, tmp_path: Path) -> None:
    names = {name: tmp_path / f"r.{name}" for name in ("json", "csv", "junit", "html", "github")}
    options = [word for name, path in names.items() for word in (f"--{name}", str(path))]
    status = main(["grade", str(folder), *OPTIONS, *options, "--feedback", str(tmp_path / "words")])
    assert status == 0
    found = scores(names["json"])
    assert found["ann/exercise.py"] == 5
    assert 0 < found["bob/exercise.py"] < 5
    assert found["eve/exercise.py"] == 0
    rows = list(csv.DictReader(names["csv"].read_text("utf-8").splitlines()))
    assert [float(row["score"]) for row in rows] == list(found.values())
    assert len(ET.parse(names["junit"]).findall("testsuite")) == 3
    assert "words/bob-exercise.md" in names["html"].read_text("utf-8")
    assert "3 submissions" in names["github"].read_text("utf-8")
    assert "L2" in json.dumps(json.loads(names["json"].read_text("utf-8")))


def test_zip_and_list_give_the_verdicts_of_the_folder(folder: Path, tmp_path: Path) -> None:
    archive = tmp_path / "all.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for path in folder.rglob("*.py"):
            file.write(path, path.relative_to(folder).as_posix())
    (tmp_path / "all.txt").write_text("# two of them\nall/ann/exercise.py\nall/bob/exercise.py\n", encoding="utf-8")
    for number, path in enumerate((folder, archive, tmp_path / "all.txt")):
        main(["grade", str(path), *OPTIONS, "--seed", "5", "--json", str(tmp_path / f"{number}.json")])
    whole, zipped, listed = (list(scores(tmp_path / f"{number}.json").values()) for number in range(3))
    assert whole == zipped
    assert listed == whole[:2]


def test_min_score_counts_each_submission(folder: Path, tmp_path: Path) -> None:
    assert main(["grade", str(folder), *OPTIONS, "--min-score", "1", "--json", str(tmp_path / "r.json")]) == 1


def test_killed_run_goes_on_where_it_ended(tmp_path: Path) -> None:
    folder = hand_in(tmp_path / "all", **{f"s{number:02}": f"{RIGHT}\n# {number}\n" for number in range(12)})
    target = tmp_path / "r.json"
    words = [sys.executable, "-m", "day89", "grade", str(folder), *OPTIONS, "--json", str(target)]
    part = target.with_name("r.json.part")
    running = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    wait_until(lambda: part.exists() and len(part.read_text("utf-8").splitlines()) >= 4)
    below = descendants(running.pid)
    os.kill(running.pid, signal.SIGKILL)
    running.wait()
    wait_until(lambda: not any(Path("/proc", str(pid)).exists() for pid in below), 30)
    kept = [json.loads(line) for line in part.read_text("utf-8").splitlines()[1:] if line.endswith("}")]
    assert not target.exists()

    finished = subprocess.run([*words, "--resume"], capture_output=True, text=True, check=True)
    assert "12 submissions" in finished.stdout
    data = json.loads(target.read_text("utf-8"))
    assert [one["path"] for one in data["submissions"]] == [f"s{number:02}/exercise.py" for number in range(12)]
    seconds = {one["path"]: one["seconds"] for one in data["submissions"]}
    assert all(seconds[one["path"]] == one["seconds"] for one in kept)
    assert all(one["score"] == 5 for one in data["submissions"])
    assert not part.exists()


def test_only_what_changed_is_graded_again(folder: Path, tmp_path: Path) -> None:
    target = tmp_path / "r.json"
    words = ["grade", str(folder), *OPTIONS, "--json", str(target)]
    main(words)
    before = {one["path"]: one for one in json.loads(target.read_text("utf-8"))["submissions"]}
    (folder / "bob" / "exercise.py").write_text(RIGHT, encoding="utf-8")
    main([*words, "--resume"])
    after = {one["path"]: one for one in json.loads(target.read_text("utf-8"))["submissions"]}
    assert after["ann/exercise.py"] == before["ann/exercise.py"]
    assert after["eve/exercise.py"] == before["eve/exercise.py"], "a file that cannot be read has not changed either"
    assert before["bob/exercise.py"]["score"] < after["bob/exercise.py"]["score"] == 5


def test_killed_worker_loses_no_submission_and_counts_none_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = hand_in(tmp_path / "all", **{f"s{number}": f"{RIGHT}\n# {number}\n" for number in range(6)})
    marker = tmp_path / "killed"
    reported: list[int] = []
    sources = find([str(folder)], tmp_path / "scratch")
    plan = grade_all.plan_of(grade_all.choose(["1.3"], None), 1, None)
    monkeypatch.setattr(grade_all, "grade_one", _DieOnce(str(marker)))
    grade_all.grade_all(sources, plan, lambda number, entry: reported.append(number), jobs=2)
    assert marker.exists()
    assert sorted(reported) == list(range(6))


class _DieOnce:
    """Grade, but end the worker that comes first."""

    def __init__(self, marker: str) -> None:
        self.marker = marker

    def __call__(self, work: grade_all.Work, plan: grade_all.GradingPlan) -> tuple[int, dict[str, Any]]:
        with open(self.marker, "a", encoding="utf-8") as file:  # noqa: PTH123
            first = file.tell() == 0
            file.write("x")
        if first:
            os.kill(os.getpid(), signal.SIGKILL)
        return work.number, {"path": work.name}


def test_results_of_another_seed_are_not_taken_over(tmp_path: Path) -> None:
    keeper = Checkpoint(tmp_path / "r.json", {"seed": 1})
    entry = {"path": "a.py", "sha256": "x", "status": "graded", "tasks": [], "score": 0, "max_score": 0}
    keeper.start([entry])
    keeper.close()
    assert Checkpoint(tmp_path / "r.json", {"seed": 1}).resume() != {}
    assert Checkpoint(tmp_path / "r.json", {"seed": 2}).resume() == {}


def test_tool_error_is_graded_again(tmp_path: Path) -> None:
    keeper = Checkpoint(tmp_path / "r.json", {"seed": 1})
    keeper.start([{"path": "a.py", "sha256": "x", "status": "tool_error"}])
    keeper.close()
    assert Checkpoint(tmp_path / "r.json", {"seed": 1}).resume() == {}


def problem_of(paths: list[str], scratch: Path) -> str:
    try:
        return "; ".join(grade_all.load(0, one).problem or "" for one in find(paths, scratch / "scratch"))
    except UsageError as error:
        return str(error)


@pytest.mark.parametrize(
    ("paths", "says"),
    [
        (["nowhere/"], "not there"),
        (["empty"], "holds no submission"),
        (["broken.zip"], "cannot be read as a zip"),
        (["list.txt"], "cannot name another list"),
    ],
)
def test_path_that_names_nothing_is_said_in_words(
    paths: list[str], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("empty").mkdir()
    Path("broken.zip").write_bytes(b"no zip")
    Path("list.txt").write_text("other.txt\n", encoding="utf-8")
    assert says in problem_of(paths, tmp_path)


def test_cohort_is_refused_where_no_jail_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    probes = pytest.importorskip("day89.course.boundary.probes", reason="this system has no process boundary")
    broken = probes.IsolationReport("process", probes.Confinement(), (probes.Probe("read a file of yours", False, ""),))
    monkeypatch.setattr(probes, "best", lambda: broken)
    with pytest.raises(UsageError, match="--isolation none"):
        choose_isolation("auto", cohort=True)
    with pytest.raises(UsageError, match="--isolation none"):
        choose_isolation("strict", cohort=False)
    assert choose_isolation("none", cohort=True) == ("none", None)


def test_dask_grades_as_loky_does(folder: Path, tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed", reason="Dask is an extra: pip install 'day89[dask]'")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1"
    ) as cluster:
        words = ["--backend", "dask", "--scheduler", cluster.scheduler_address, "--seed", "3"]
        main(["grade", str(folder), *OPTIONS, *words, "--json", str(tmp_path / "dask.json")])
    main(["grade", str(folder), *OPTIONS, "--seed", "3", "--json", str(tmp_path / "loky.json")])
    assert scores(tmp_path / "dask.json") == scores(tmp_path / "loky.json")


def test_verdicts_across_the_boundary_are_those_in_process(folder: Path, tmp_path: Path) -> None:
    probes = pytest.importorskip("day89.course.boundary.probes", reason="this system has no process boundary")
    if not probes.best().is_jail:
        pytest.skip(f"no jail holds on this machine: {probes.best().summary}")
    for isolation in ("none", "auto"):
        words = ["--task", "1.3", "--isolation", isolation, "--seed", "3", "--json", str(tmp_path / isolation)]
        main(["grade", str(folder), *words])
    assert scores(tmp_path / "none") == scores(tmp_path / "auto")
