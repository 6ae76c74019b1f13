"""The code blocks of the documents run, in order, and print what the document says."""

from __future__ import annotations

import contextlib
import io
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

import day89.cloud
from day89.course.commands.stub import stub_text

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"(?:<!-- (?P<note>.+?) -->\n)?```(?P<language>\w+)\n(?P<text>.*?)```", re.DOTALL)


@dataclass(frozen=True)
class Block:
    """One fenced block: what stands in the comment before it, its language, its text, where it is."""

    note: str
    language: str
    text: str
    line: int


def blocks(path: Path) -> list[Block]:
    text = path.read_text(encoding="utf-8")
    return [
        Block(match["note"] or "", match["language"], match["text"], text.count("\n", 0, match.start("text")) + 1)
        for match in BLOCK.finditer(text)
    ]


def run(document: Path) -> list[tuple[int, str, str]]:
    """Run a document's Python blocks; return (line, printed, promised) of each that promises an output."""
    found, namespace = blocks(document), {"__name__": "lesson"}
    results = []
    for block, following in zip(found, [*found[1:], None], strict=True):
        if block.note.startswith("file: "):
            Path(block.note.removeprefix("file: ")).write_text(block.text, encoding="utf-8")
        elif block.language == "python":
            printed = io.StringIO()
            code = compile("\n" * (block.line - 1) + block.text, document.name, "exec")
            with contextlib.redirect_stdout(printed):
                exec(code, namespace)
            if following is not None and following.language == "text":
                results.append((block.line, printed.getvalue(), following.text))
    return results


def test_the_lesson_runs_and_prints_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with day89.cloud.local(instances=True):
        results = run(ROOT / "docs" / "lesson.md")
    assert len(results) >= 10
    assert [(line, printed) for line, printed, _ in results] == [(line, promised) for line, _, promised in results]


STUB = 'raise NotImplementedError("Task 1.3")'
FIRST_PAGE = """with lookup_error(f"bucket {bucket}", "NoSuchBucket"):
        answer = s3.list_objects_v2(Bucket=bucket, Prefix=prefix)
    return [item["Key"] for item in answer.get("Contents", [])]"""


def test_the_readme_shows_what_the_commands_print(tmp_path: Path) -> None:
    stub = stub_text()
    assert STUB in stub
    promised = {block.note: block.text for block in blocks(ROOT / "README.md") if block.note.startswith("shows: ")}
    assert len(promised) == 2
    for note, text in promised.items():
        command, _, variation = note.removeprefix("shows: ").partition(", for ")
        answered = stub.replace(STUB, FIRST_PAGE) if variation else stub
        (tmp_path / "exercise.py").write_text(answered, encoding="utf-8")
        words = [sys.executable, "-m", *command.split()]
        printed = subprocess.run(words, capture_output=True, text=True, cwd=tmp_path, check=True).stdout
        assert text in printed


@pytest.mark.parametrize("document", ["README.md", "docs/lesson.md", "CONTRIBUTING.md"])
def test_each_link_inside_the_project_leads_somewhere(document: str) -> None:
    path = ROOT / document
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", path.read_text(encoding="utf-8"))
    assert [link for link in links if not (path.parent / link).exists()] == []
