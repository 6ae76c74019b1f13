"""exercise.py is cut from solution.py: same face, no answers, and nothing that only the answers need."""

from __future__ import annotations

import ast
import subprocess
from pathlib import Path

import pytest

from day89.cli import main
from day89.course.commands.stub import stub_text
from day89.course.exercise.files import course_file
from day89.course.exercise.stub import cut, put_back
from day89.course.exercise.submission import is_stub
from day89.course.exercise.tasks import tasks

ROOT = Path(__file__).parents[3]
CUTTERS = ("solution.py", "day89/course/exercise/stub.py")


def functions(text: str) -> dict[str, ast.FunctionDef]:
    return {node.name: node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)}


def git(*arguments: str) -> str:
    answer = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True)
    return answer.stdout if answer.returncode == 0 else ""


def test_stub_and_solution_have_the_same_face():
    stub, solution = functions(stub_text()), functions(course_file("solution.py").read_text("utf-8"))
    for one in tasks():
        cut_out, answer = stub[one.function], solution[one.function]
        assert ast.dump(cut_out.args) == ast.dump(answer.args)
        assert ast.dump(cut_out.returns or ast.Constant(None)) == ast.dump(answer.returns or ast.Constant(None))
        assert ast.get_docstring(cut_out) == ast.get_docstring(answer)


def test_every_task_is_a_stub_and_no_answer_is_left():
    stub = functions(stub_text())
    assert all(is_stub(stub[one.function]) for one in tasks())
    assert [f'NotImplementedError("Task {one.id}")' in stub_text() for one in tasks()] == [True] * 20
    assert [name for name in stub if name.startswith("_")] == []


def test_what_is_given_is_the_same_in_both():
    stub, solution = functions(stub_text()), functions(course_file("solution.py").read_text("utf-8"))
    for name in ("process_data", "train_model", "serve", "main"):
        assert ast.dump(stub[name]) == ast.dump(solution[name])


def test_the_stub_says_how_long_an_answer_is():
    assert stub_text().count("    # An answer takes ") == 20


def test_the_last_solution_was_committed_with_the_stub_that_is_cut_from_it():
    """A learner may edit and commit exercise.py: it is theirs. Who changes solution.py cuts it anew."""
    last = git("log", "-1", "--format=%H", "--", *CUTTERS).strip()
    if not last:
        pytest.skip("no git history here")
    pristine = cut(git("show", f"{last}:solution.py"), tasks())
    later = git("log", "--format=%H", f"{last}..HEAD", "--", "exercise.py").split()
    stubs = [git("show", f"{commit}:exercise.py") for commit in [last, *later]]
    assert pristine in stubs, "run `day89 stub --force` and commit exercise.py with solution.py"


SOLUTION = '''"""Doc."""

from __future__ import annotations

import json
import os
import sys, io

LIMIT = 3  # for answers
NAME = "x"


# Helps.
def _helper():
    return json.dumps(LIMIT)


# ----------
# Part 1
# ----------


def upload_file(path: os.PathLike) -> str:
    """Do it."""
    # why
    text = _helper()
    return io.StringIO(text).read()


def main():
    """Stay."""
    print(NAME, sys.argv)


if __name__ == "__main__":
    main()
'''


def test_helpers_constants_and_imports_of_answers_are_left_out():
    text = cut(SOLUTION, [tasks()[0]])
    for gone in ("_helper", "json", "LIMIT", ", io", "# Helps.", "# why"):
        assert gone not in text
    for kept in (
        "import os\n",
        "import sys\n",
        'NAME = "x"',
        "# Part 1",
        "def main():\n",
        "    # An answer takes about 4 lines.",
    ):
        assert kept in text
    compile(text, "stub", "exec")


def test_one_task_is_put_back_and_the_others_stay(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    own = stub_text().replace('    raise NotImplementedError("Task 1.3")', "    return []")
    own = own.replace('    raise NotImplementedError("Task 1.4")', "    return 0")
    Path("exercise.py").write_text(own, "utf-8")
    assert main(["reset", "list_keys"]) == 0
    now = functions(Path("exercise.py").read_text("utf-8"))
    assert is_stub(now["list_keys"])
    assert not is_stub(now["delete_prefix"])
    assert Path("exercise.py.1.bak").read_text("utf-8") == own
    assert "exercise.py.1.bak" in capsys.readouterr().out


def test_a_function_that_was_deleted_comes_back():
    assert put_back("x = 1\n", "f", "def f():\n    pass") == "x = 1\n\n\ndef f():\n    pass\n"


def test_reset_of_a_file_that_cannot_be_parsed_says_what_to_do(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("exercise.py").write_text("def f(:\n")
    assert main(["reset", "1.1"]) == 2
    assert "line 1" in capsys.readouterr().err


def test_stub_does_not_write_over_somebodys_work(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["stub"]) == 0
    assert main(["stub"]) == 0
    Path("exercise.py").write_text("mine")
    assert main(["stub"]) == 2
    assert Path("exercise.py").read_text() == "mine"
    assert main(["stub", "--force"]) == 0
    assert Path("exercise.py").read_text("utf-8") == stub_text()
