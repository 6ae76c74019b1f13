"""exercise.py is cut from solution.py: same face, no answers, and nothing that only the answers need."""

from __future__ import annotations

import ast
import dataclasses
import re
import subprocess
import textwrap
from pathlib import Path

import pytest
from shipped import SHIPPED

from day89.cli import main
from day89.course.commands.stub import stub_text
from day89.course.exercise.files import course_file
from day89.course.exercise.stub import cut, function_source, helpers, put_back, reset
from day89.course.exercise.submission import is_stub
from day89.course.exercise.tasks import Gap, task, tasks
from day89.errors import ToolError

FORMS = pytest.mark.parametrize("form", ["gaps", "bare"])
ROOT = Path(__file__).parents[3]
CUTTERS = ("solution.py", "day89/course/exercise/stub.py", "day89/course/tasks.toml")


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


@FORMS
def test_every_task_is_a_stub(form):
    stub = functions(stub_text(form))
    assert all(is_stub(stub[one.function]) for one in tasks())
    assert [f'NotImplementedError("Task {one.id}")' in stub_text(form) for one in tasks()] == [True] * len(tasks())


@SHIPPED
def test_no_answer_is_left_in_the_bare_form():
    stub = functions(stub_text("bare"))
    assert all(len(stub[one.function].body) == 2 for one in tasks())
    assert [name for name in stub if name.startswith("_")] == []


def test_no_gap_holds_what_was_cut():
    text, indent = stub_text("gaps"), re.compile(r"^\s+", re.MULTILINE)
    stub = indent.sub("", text)
    for one in tasks():
        for gap in one.gaps:
            assert indent.sub("", gap.cut.strip()) not in stub, one.id
            assert indent.sub("", gap.write.strip()) in stub


def test_a_task_has_gaps_exactly_where_its_form_says_so():
    assert [one.id for one in tasks() if bool(one.gaps) != (one.form == "gaps")] == []
    assert {one.form for one in tasks()} == {"gaps", "bare"}


@pytest.mark.parametrize("one", [one for one in tasks() if one.gaps], ids=lambda one: one.id)
def test_gaps_that_are_filled_make_the_answer(one):
    """What stands in the gap form, with the lines that were cut in their places, is the solution again."""
    solution, stub = course_file("solution.py").read_text("utf-8"), stub_text("gaps")
    for name in [one.function, *helpers(solution, one.function)]:
        source = textwrap.dedent(function_source(stub, name))
        for gap in one.gaps:
            for place in re.finditer(r"^( *)" + re.escape(gap.write.strip().splitlines()[0]), source, re.MULTILINE):
                filled = textwrap.indent(textwrap.dedent(gap.write.strip()), place[1])
                source = source.replace(filled, textwrap.indent(gap.cut.strip(), place[1]))
        words = [line.strip() for line in source.splitlines()]
        raised = [number for number, line in enumerate(words) if line.startswith("raise NotImplementedError")]
        for number in raised:
            del words[number - 1 : number + 1]
        wanted = [line.strip() for line in function_source(solution, name).splitlines()]
        if name in (one.function, *_gapped_helpers(one, solution)):
            assert words == wanted


def _gapped_helpers(one, solution):
    own = helpers(solution, one.function)
    return [name for name in own if any(gap.cut.splitlines()[0] in function_source(solution, name) for gap in one.gaps)]


def test_a_gap_that_is_not_in_the_solution_is_refused():
    odd = dataclasses.replace(task("2.1"), gaps=(Gap("no such line", "..."),))
    with pytest.raises(ToolError, match=r"task 2\.1: 0 places"):
        cut(course_file("solution.py").read_text("utf-8"), [odd])


def test_the_docstrings_say_core_and_mastery_and_are_short():
    docs = [ast.get_docstring(functions(stub_text())[one.function]) for one in tasks()]
    assert all(re.search(r"^Core.*:$", text, re.M) and re.search(r"^Mastery.*:$", text, re.M) for text in docs)
    assert sum(len(text.split()) for text in docs) <= 2 / 3 * 3531


def test_what_is_given_is_the_same_in_both():
    stub, solution = functions(stub_text()), functions(course_file("solution.py").read_text("utf-8"))
    for name in ("lookup_error", "process_data", "train_model", "serve", "main"):
        assert ast.dump(stub[name]) == ast.dump(solution[name])


def test_the_stub_says_how_long_an_answer_is():
    assert stub_text("bare").count("    # An answer takes ") == len(tasks())


def test_the_last_solution_was_committed_with_the_stub_that_is_cut_from_it():
    """A learner may edit and commit exercise.py: it is theirs. Who changes solution.py cuts it anew."""
    last = git("log", "-1", "--format=%H", "--", *CUTTERS).strip()
    if not last:
        pytest.skip("no git history here")
    if git("status", "--porcelain", "--", "course.toml").strip():
        pytest.skip("your course differs from the committed one (course.toml): the stub is compared once both are in")
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


def test_helpers_and_constants_of_answers_are_left_out_and_every_import_stays():
    text = cut(SOLUTION, [tasks()[0]])
    for gone in ("_helper", "json.dumps", "LIMIT", "# Helps.", "# why"):
        assert gone not in text
    for kept in (
        "import os\n",
        "import sys, io\n",
        "import json\n",
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


def test_a_function_that_was_deleted_comes_back_before_the_last_lines():
    assert put_back("x = 1\n", "f", "def f():\n    pass") == "x = 1\n\n\ndef f():\n    pass\n"
    assert put_back("def g():\n    pass\n\n\ng()\n", "f", "def f():\n    pass") == (
        "def g():\n    pass\n\n\ndef f():\n    pass\n\n\ng()\n"
    )


def test_a_task_is_put_back_with_its_helpers():
    stub = stub_text()
    mine = put_back(stub, "_wait_for_output", "def _wait_for_output():\n    return 1")
    mine = put_back(mine, "_terminate", "def _terminate():\n    return 2").replace(
        '    raise NotImplementedError("Task 4.4")', ""
    )
    again = functions(reset(mine, stub, "run_on_ec2"))
    assert is_stub(again["run_on_ec2"])
    assert ast.dump(again["_wait_for_output"]) == ast.dump(functions(stub)["_wait_for_output"])
    assert len(again["_terminate"].body) == 1  # it holds no gap, and other tasks may use it as it is now


def test_reset_writes_the_bare_form(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("exercise.py").write_text(stub_text(), "utf-8")
    assert main(["reset", "2.1", "--form", "bare"]) == 0
    assert len(functions(Path("exercise.py").read_text("utf-8"))["create_bucket"].body) == 2


def test_the_bare_form_is_written_on_demand(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(["stub", "--form", "bare"]) == 0
    assert Path("exercise.py").read_text("utf-8") == stub_text("bare")
    assert main(["stub"]) == 0  # one pristine form gives way to the other
    assert Path("exercise.py").read_text("utf-8") == stub_text("gaps")


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
