"""Each recipe is run as its host runs it, and its result is what the host's documentation says that it reads."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from day89.cli import main
from day89.course.autograder import wheels
from day89.course.autograder.classroom50 import render as classroom50
from day89.course.autograder.gradescope import too_many
from day89.course.autograder.prairielearn import render as prairielearn

STUB = "def list_keys(s3, bucket, prefix=''):\n    raise NotImplementedError\n"
VISIBILITY = {"enum": ["hidden", "after_due_date", "after_published", "visible"]}
FORMAT = {"enum": ["text", "html", "simple_format", "md", "ansi"]}
# https://gradescope-autograders.readthedocs.io/en/latest/specs/
GRADESCOPE = {
    "type": "object",
    "required": ["score", "output"],
    "properties": {
        "score": {"type": "number", "minimum": 0},
        "execution_time": {"type": "integer"},
        "output": {"type": "string"},
        "output_format": FORMAT,
        "visibility": VISIBILITY,
        "stdout_visibility": VISIBILITY,
        "tests": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "score": {"type": "number"},
                    "max_score": {"type": "number"},
                    "status": {"enum": ["passed", "failed"]},
                    "name": {"type": "string"},
                    "number": {"type": "string"},
                    "output": {"type": "string"},
                    "tags": {"type": "array", "items": {"type": "string"}},
                    "visibility": VISIBILITY,
                    "extra_data": {"type": "object"},
                },
                "additionalProperties": False,
            },
        },
        "extra_data": {"type": "object"},
    },
    "additionalProperties": False,
}
TEXT = {"type": "string", "minLength": 1}
WHOLE = {"type": "integer", "minimum": 0}
# https://github.com/foundation50/classroom50/blob/main/schemas/result-v1.schema.json: closed at the top.
CLASSROOM50_TEXTS = ("classroom", "assignment", "owner", "commit", "release", "review")
CLASSROOM50 = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "schema": {"const": "classroom50/result/v1"},
        **dict.fromkeys(CLASSROOM50_TEXTS, TEXT),
        "assignment_type": {"enum": ["individual", "group"]},
        "submission": {"type": "string", "pattern": "^submit/"},
        "datetime": {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}T([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$"},
        "score": WHOLE,
        "max-score": WHOLE,
        "tests": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["test-name", "passed", "score", "max-score"],
                "properties": {
                    "test-name": TEXT,
                    "passed": {"type": "boolean"},
                    "score": WHOLE,
                    "max-score": WHOLE,
                },
            },
        },
    },
}
CLASSROOM50["required"] = list(CLASSROOM50["properties"])  # type: ignore[call-overload]
# https://prairielearn.readthedocs.io/en/latest/externalGrading/
PRAIRIELEARN = {
    "type": "object",
    "properties": {
        "gradable": {"type": "boolean"},
        "score": {"type": "number", "minimum": 0, "maximum": 1},
        "format_errors": {"type": ["string", "array"]},
        "tests": {"type": "array", "items": {"type": "object", "required": ["name", "points", "max_points"]}},
    },
    "if": {"properties": {"gradable": {"const": False}}, "required": ["gradable"]},
    "else": {"required": ["score"]},
}
ENVIRONMENT = {
    "CLASSROOM": "day89-f26",
    "ASSIGNMENT": "s3-lab",
    "SUBMISSION_TAG": "submit/2026-11-20T18-02-10Z-a1b2c3d",
    "COMMIT_URL": "https://example.org/c",
    "RELEASE_URL": "https://example.org/r",
    "REVIEW_URL": "https://example.org/v",
    "OWNER": "tove-amb",
    "ASSIGNMENT_TYPE": "individual",
}


@pytest.fixture(autouse=True)
def no_building(monkeypatch: pytest.MonkeyPatch) -> None:
    """Build no wheel: that needs the network, and the hosts' Python is this one here."""
    monkeypatch.setattr(wheels, "day89_wheel", lambda folder: folder.mkdir(parents=True, exist_ok=True))


def run(words: list[str], folder: Path, python: str = sys.executable, **environment: str) -> None:
    names = {"PATH": os.environ["PATH"], "HOME": str(folder), "DAY89_PYTHON": python, **environment}
    subprocess.run(words, cwd=folder, env=names, check=False, timeout=300)


def gradescope(tmp_path: Path, files: dict[str, str], python: str = sys.executable, *options: str) -> dict[str, Any]:
    """Grade as the container does: the zip unpacked into source/, the submission beside it."""
    root = tmp_path / "autograder"
    assert main(["autograder", "gradescope", "--no-wheels", "--output", str(tmp_path / "made"), *options]) == 0
    for name in ("source", "submission", "results"):
        (root / name).mkdir(parents=True)
    with zipfile.ZipFile(tmp_path / "made" / "autograder.zip") as archive:
        archive.extractall(root / "source")
    for name, text in files.items():
        (root / "submission" / name).write_text(text, encoding="utf-8")
    now = "2026-11-20T18:02:10.123456-08:00"
    earlier = [{"submission_time": now.replace(":02:", f":0{minute}:"), "score": 20.0} for minute in (0, 1)]
    metadata = {"id": 345001, "created_at": now, "users": [], "previous_submissions": earlier}
    (root / "submission_metadata.json").write_text(json.dumps(metadata), encoding="utf-8")
    run(["bash", str(root / "source" / "run_autograder")], root, python, AUTOGRADER_ROOT=str(root))
    result = json.loads((root / "results" / "results.json").read_text("utf-8"))
    jsonschema.validate(result, GRADESCOPE)
    return dict(result)


def test_gradescope_grades_the_file_that_was_handed_in(tmp_path: Path) -> None:
    result = gradescope(tmp_path, {"exercise.py": STUB, "notes.txt": "x"}, sys.executable, "--hide", "core=hidden")
    assert result["score"] == 0
    assert result["extra_data"]["sha256"]
    assert {test["visibility"] for test in result["tests"]} >= {"hidden"}


@pytest.mark.parametrize(
    ("files", "python", "says"),
    [
        ({}, sys.executable, "no submission"),
        ({"exercise.ipynb": "{}"}, sys.executable, "notebook"),
        ({"exercise.py": "def f(:\n"}, sys.executable, "line 1"),
        ({"exercise.py": STUB}, "/bin/false", "not your fault"),
    ],
)
def test_gradescope_always_says_something(files: dict[str, str], python: str, says: str, tmp_path: Path) -> None:
    result = gradescope(tmp_path, files, python)
    assert result["score"] == 0
    assert says in result["output"]


def test_gradescope_counts_attempts_back_from_the_submission(tmp_path: Path) -> None:
    result = gradescope(tmp_path, {"exercise.py": STUB}, sys.executable, "--attempts", "2")
    assert result["score"] == 20
    assert "24 hours" in result["output"]
    once = {
        "created_at": "2026-11-20T18:00:00+00:00",
        "previous_submissions": [{"submission_time": "2026-11-19T17:59:00+00:00"}],
    }
    assert not too_many(once, 1)
    once["created_at"] = "2026-11-20T17:58:00+00:00"
    assert too_many(once, 1)


@pytest.mark.parametrize(("python", "tests"), [(sys.executable, 20), ("/bin/false", 1)])
def test_classroom50_writes_its_schema_and_never_fails(python: str, tests: int, tmp_path: Path) -> None:
    made, checkout = tmp_path / "made", tmp_path / "checkout"
    assert main(["autograder", "classroom50", "--output", str(made)]) == 0
    assert json.loads((made / "assignment.json").read_text("utf-8"))["runtime"] == {"python": "3.13"}
    checkout.mkdir()
    (checkout / "exercise.py").write_text(STUB, encoding="utf-8")
    run([sys.executable, str(made / "autograder.py")], checkout, python, **ENVIRONMENT)
    result = json.loads((checkout / "result.json").read_text("utf-8"))
    jsonschema.validate(result, CLASSROOM50)
    assert result["datetime"] == "2026-11-20T18:02:10Z"
    assert len(result["tests"]) >= tests


def graded(*tasks: dict[str, Any], status: str = "graded") -> dict[str, Any]:
    one = {"path": "exercise.py", "status": status, "message": "line 3", "tasks": list(tasks)}
    one |= {"score": sum(task["earned"] for task in tasks), "max_score": sum(task["points"] for task in tasks)}
    return {"course": "day89", "seed": 1, "isolation": "none", "submissions": [one]}


def test_scores_are_whole_numbers_and_shares_of_one() -> None:
    tasks = [{"id": f"1.{n}", "function": "f", "points": 5.0, "earned": n * 1.23, "checks": []} for n in range(5)]
    result = classroom50(graded(*tasks), ENVIRONMENT)
    jsonschema.validate(result, CLASSROOM50)
    assert all(test["score"] <= test["max-score"] for test in result["tests"])
    assert result["score"] == sum(test["score"] for test in result["tests"]) <= result["max-score"] == 500
    shown = prairielearn(graded(*tasks))
    jsonschema.validate(shown, PRAIRIELEARN)
    assert shown["score"] == pytest.approx(12.3 / 25)


@pytest.mark.parametrize(
    ("files", "python", "gradable"),
    [
        ({"exercise.py": STUB}, sys.executable, True),
        ({"exercise.py": "def f(:\n"}, sys.executable, False),
        ({}, sys.executable, False),
        ({"exercise.py": STUB}, "/bin/false", False),
    ],
)
def test_prairielearn_takes_no_attempt_for_what_cannot_be_read(
    files: dict[str, str], python: str, gradable: bool, tmp_path: Path
) -> None:
    made, root = tmp_path / "made", tmp_path / "grade"
    assert main(["autograder", "prairielearn", "--output", str(made)]) == 0
    json.loads((made / "info.json").read_text("utf-8"))
    (root / "student").mkdir(parents=True)
    (root / "data").mkdir()
    (root / "data" / "data.json").write_text('{"variant_seed": "7"}', encoding="utf-8")
    for name, text in files.items():
        (root / "student" / name).write_text(text, encoding="utf-8")
    run(["sh", str(made / "run.sh")], root, python, GRADE_ROOT=str(root))
    text = (root / "results" / "results.json").read_text("utf-8")
    result = json.loads(text)
    jsonschema.validate(result, PRAIRIELEARN)
    assert result["gradable"] is gradable
    assert len(text) < 1_000_000


def commands(host: str, folder: Path) -> list[str]:
    assert main(["autograder", host, "--output", str(folder), "--min-score", "50"]) == 0
    if host == "actions":
        workflow = yaml.safe_load((folder / ".github" / "workflows" / "grade.yml").read_text("utf-8"))
        steps = workflow["jobs"]["grade"]["steps"]
        return [step["run"] for step in steps if "run" in step]
    job = yaml.safe_load((folder / ".gitlab-ci.yml").read_text("utf-8"))["grade"]
    assert job["artifacts"]["reports"]["junit"] == "day89.xml"
    assert job["artifacts"]["when"] == "always"
    return list(job["script"])


@pytest.mark.parametrize("host", ["actions", "gitlab"])
def test_ci_fails_below_the_mark_and_leaves_its_report(host: str, tmp_path: Path) -> None:
    install, grade = commands(host, tmp_path / "made")
    pinned = (tmp_path / "made" / ".day89" / "constraints.txt").read_text("utf-8").splitlines()
    assert all("==" in line for line in pinned)
    assert any(line.startswith("boto3==") for line in pinned)
    assert ".day89/constraints.txt" in install
    (tmp_path / "exercise.py").write_text(STUB, encoding="utf-8")
    words = grade.replace("day89 grade", f"{sys.executable} -m day89 grade")
    summary = tmp_path / "summary.md"
    names = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "GITHUB_STEP_SUMMARY": str(summary)}
    done = subprocess.run(["bash", "-ec", words], cwd=tmp_path, env=names, check=False, timeout=300)
    assert done.returncode == 1
    assert "<testsuite" in (tmp_path / "day89.xml").read_text("utf-8")
    assert summary.exists() == (host == "actions")


def test_installed_package_is_packed_again_as_a_wheel(tmp_path: Path) -> None:
    folder = tmp_path / "site"
    (folder / "day89").mkdir(parents=True)
    (folder / "day89" / "__init__.py").write_text("x = 1\n", encoding="utf-8")
    info = folder / "day89-9.9.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: day89\nVersion: 9.9\n", encoding="utf-8")
    (info / "RECORD").write_text("day89/__init__.py,,\nday89-9.9.dist-info/METADATA,,\n../../bin/day89,,\n", "utf-8")
    wheel = wheels._packed_again(wheels.metadata.Distribution.at(info), tmp_path)
    assert sorted(zipfile.ZipFile(wheel).namelist()) == [
        "day89-9.9.dist-info/METADATA",
        "day89-9.9.dist-info/RECORD",
        "day89/__init__.py",
    ]
