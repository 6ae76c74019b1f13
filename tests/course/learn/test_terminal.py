"""The loop in a real pseudo-terminal: keys without Enter, a verdict a save, the terminal as it was afterwards."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from day89.course.commands.stub import stub_text
from day89.course.learn.keys import CLEAR, split_keys
from day89.course.reports.layout import columns

PATIENCE = 120.0
FIRST_PAGE = """print("MARK page one")
    answer = s3.list_objects_v2(Bucket=bucket, Prefix=prefix)
    return [item["Key"] for item in answer.get("Contents", [])]"""
ALL_PAGES = """try:
        pages = list(s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix))
    except s3.exceptions.NoSuchBucket:
        raise LookupError(bucket) from None
    return [item["Key"] for page in pages for item in page.get("Contents", [])]"""
STUB = 'raise NotImplementedError("Task 1.3")'


class Screen:
    """A program on a pseudo-terminal, and the last frame that it has drawn."""

    def __init__(self, program: subprocess.Popen[bytes], descriptor: int) -> None:
        self.program, self.descriptor, self.written = program, descriptor, ""

    @property
    def frame(self) -> str:
        return self.written.rpartition(CLEAR)[2]

    def wait(self, holds: Callable[[str], bool]) -> str:
        until = time.monotonic() + PATIENCE
        while not holds(self.frame):
            assert time.monotonic() < until, self.frame
            if select.select([self.descriptor], [], [], 1)[0]:
                try:
                    self.written += os.read(self.descriptor, 65536).decode("utf-8", "replace")
                except OSError:
                    assert holds(self.frame), self.frame
        return self.frame

    def shows(self, *words: str) -> str:
        return self.wait(lambda frame: all(word in frame for word in words))

    def press(self, keys: str) -> None:
        os.write(self.descriptor, keys.encode())


@contextmanager
def running(folder: Path, *words: str, size: tuple[int, int] = (80, 24), **environment: str) -> Iterator[Screen]:
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
    settings = {**os.environ, "TERM": "xterm-256color", "NO_COLOR": "1", "DAY89_DATA": str(folder), **environment}
    program = subprocess.Popen(
        [sys.executable, "-m", "day89", *words],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=folder,
        env=settings,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
    )
    try:
        yield Screen(program, ours)
    finally:
        if program.poll() is None:
            os.killpg(program.pid, signal.SIGKILL)
        program.wait()
        os.close(ours)
        os.close(theirs)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a course folder in which list_keys asks for one page."""
    write(tmp_path, FIRST_PAGE)
    return tmp_path


def write(folder: Path, body: str) -> None:
    assert STUB in stub_text()
    (folder / "exercise.py").write_text(stub_text().replace(STUB, body), "utf-8")


def test_a_learner_fixes_a_task_and_goes_on(folder: Path) -> None:
    with running(folder, "learn", "--task", "1.3", "--seed", "1") as screen:
        frame = screen.shows("x  ", "checked")
        assert len(frame.split("\r\n")) == 24
        assert max(map(columns, frame.split("\r\n"))) <= 80
        assert "ListObjectsV2" in frame
        assert "MARK page one" in frame
        screen.press("h")
        screen.shows("Hint 1 of 4")
        write(folder, ALL_PAGES)
        screen.shows("ok  list_keys", "n next", "checked")
        screen.press("n")
        screen.shows("Not started", "checked")
        screen.press("q")
        screen.shows("Go on with: day89")
        assert screen.program.wait(PATIENCE) == 0
        assert (
            termios.tcgetattr(screen.descriptor)[3] & (termios.ICANON | termios.ECHO) == termios.ICANON | termios.ECHO
        )
    assert (folder / ".day89" / "progress.json").is_file()


def test_day89_alone_is_the_loop_in_a_course_folder_and_control_c_ends_it(folder: Path) -> None:
    with running(folder, size=(120, 40)) as screen:
        screen.shows("FIRST HOUR", "Not started", "checked")
        screen.press("\x03")
        assert screen.program.wait(PATIENCE) == 0


def test_a_resized_terminal_is_drawn_anew(folder: Path) -> None:
    with running(folder, "learn", "--task", "1.1") as screen:
        screen.shows("Not started", "checked")
        fcntl.ioctl(screen.descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        screen.shows("FIRST HOUR", "Not started")
        screen.press("q")
        assert screen.program.wait(PATIENCE) == 0


def test_the_editor_gets_the_terminal_and_gives_it_back(folder: Path) -> None:
    editor = folder / "editor"
    editor.write_text("#!/bin/sh\nstty -a | grep -o '.icanon'\nread line\n")
    editor.chmod(0o755)
    with running(folder, "learn", "--task", "1.1", VISUAL=str(editor)) as screen:
        screen.shows("Not started", "checked")
        screen.press("e")
        screen.wait(lambda frame: "icanon" in frame)
        assert "-icanon" not in screen.frame
        screen.press("done\n")
        screen.shows("Not started", "q quit")
        screen.press("q")
        assert screen.program.wait(PATIENCE) == 0


def test_elsewhere_day89_alone_offers_a_course_folder(tmp_path: Path) -> None:
    with running(tmp_path) as screen:
        screen.shows("exercise.py", "Enter makes them")
        screen.press("\n")
        screen.shows("cd day89-course")
        assert screen.program.wait(PATIENCE) == 0
    assert (tmp_path / "day89-course" / "exercise.py").is_file()


def test_a_dumb_terminal_gets_sentences_and_no_cursor_moves(folder: Path) -> None:
    with running(folder, "learn", "--task", "1.3", "--seed", "1", TERM="dumb") as screen:
        screen.wait(lambda text: "Waiting for" in text)
        assert "\x1b" not in screen.written
        assert "asked of AWS" in screen.written
        screen.press("q\n")
        assert screen.program.wait(PATIENCE) == 0


def test_a_pipe_gets_sentences_and_a_verdict_for_each_save(folder: Path) -> None:
    command = [sys.executable, "-m", "day89", "grade", "--watch", "--seed", "1", "exercise.py"]
    settings = {**os.environ, "DAY89_DATA": str(folder)}
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, cwd=folder, env=settings, stdin=subprocess.DEVNULL, stdout=pipe, text=True
    ) as program:
        assert program.stdout is not None
        lines = iter(program.stdout.readline, "")
        assert any("Waiting for" in line for line in lines)
        write(folder, ALL_PAGES)
        assert next(line for line in lines if line.strip()) == "Checking 1.3 list_keys ...\n"
        assert any(line.startswith("1.3 list_keys is complete") for line in lines)
        program.send_signal(signal.SIGINT)
        rest = program.stdout.read()
    assert "\x1b" not in rest
    assert program.returncode == 0


def test_without_a_terminal_day89_alone_shows_its_usage(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "day89"], cwd=tmp_path, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    assert done.returncode == 2
    assert "usage: day89" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("data", "keys"),
    [
        (b"nq", ["n", "q"]),
        (b"\x1b[A\x1b[B", ["up", "down"]),
        (b"\x1b", ["escape"]),
        (b"\x1b[5~\r \x7f", ["page up", "enter", "space", "backspace"]),
        (b"\x1b[200~\x1b[I", []),
        ("é".encode(), ["é"]),
        (b"\xff\x00\x01", []),
    ],
)
def test_keys_are_told_apart(data: bytes, keys: list[str]) -> None:
    assert split_keys(data) == keys
