"""A submission is read as bytes and refused in words."""

from __future__ import annotations

import ast
import os

import pytest

from day89.course.exercise.submission import Unreadable, load, read, stubs


def test_a_byte_order_mark_is_no_error(tmp_path):
    path = tmp_path / "bom.py"
    path.write_bytes(b"\xef\xbb\xbfx = 1\n")
    assert load(read(path)).x == 1


def test_the_module_knows_its_file(tmp_path):
    path = tmp_path / "answers.py"
    path.write_text("here = __file__\n")
    assert load(read(path)).here == str(path)


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo])
def test_what_is_no_plain_file_is_refused_without_waiting(tmp_path, make):
    make(tmp_path / "odd.py")
    with pytest.raises(Unreadable, match=r"is not a plain file|cannot be opened"):
        read(tmp_path / "odd.py")


def test_nesting_that_no_parser_takes_is_refused(tmp_path):
    path = tmp_path / "deep.py"
    path.write_text("x = " + "(" * 5000 + ")" * 5000)
    with pytest.raises(Unreadable):
        read(path)


STUB = "def f():\n    '''Doc.'''\n    raise NotImplementedError('Task')\n"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (STUB, {"f"}),
        ("def f():\n    raise NotImplementedError\n", {"f"}),
        (STUB + "f = print\n", set()),
        (STUB + "from os import getcwd as f\n", set()),
        (STUB + "from os import *\n", set()),
        (STUB + "    return 1\n", {"f"}),
        (STUB + STUB, set()),
        ("import functools\n@functools.cache\n" + STUB, set()),
        ("def f():\n    print()\n    raise NotImplementedError\n", set()),
        ("def f():\n    return 1\n", set()),
    ],
)
def test_only_an_untouched_stub_is_taken_for_one(text, found):
    assert stubs(ast.parse(text), ["f"]) == found
