"""Run the loop on a terminal: wait for a key or a save, judge, draw."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from day89.course.learn.frame import frame
from day89.course.learn.keys import KeyTerminal
from day89.course.learn.session import LearnerSession
from day89.course.results.results import Check, CheckResult

__all__ = ["Stamp", "editor_command", "learn", "stamp"]

POLL_SECONDS = 0.1  # saves on network and WSL drives are seen only by looking
Stamp = tuple[int, int] | None
# Editors that take +LINE before the file's name.
PLUS_LINE = ("vi", "vim", "nvim", "nano", "emacs", "emacsclient", "micro", "joe", "ne", "kak", "ed")
COLON_LINE = ("code", "codium", "cursor", "subl", "zed", "hx", "windsurf")


def stamp(path: Path) -> Stamp:
    """Return what changes when a file is saved, or None while it is not there."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def learn(session: LearnerSession, terminal: KeyTerminal) -> None:
    """Run the loop until the learner quits.

    Args:
        session: what is open.
        terminal: where it is shown.
    """
    while True:
        try:
            if _until_quit(session, terminal):
                return
        except KeyboardInterrupt:
            return


def _until_quit(session: LearnerSession, terminal: KeyTerminal) -> bool:
    seen = stamp(session.path)
    _check(session, terminal, event="opened")
    while True:
        key = terminal.read(POLL_SECONDS)
        now = stamp(session.path)
        if now is not None and now != seen:
            seen = now
            _check(session, terminal)
            continue
        if key is None:
            continue
        if key == "closed":
            return True
        wanted = session.press(key) if key != "resized" else None
        if wanted == "quit":
            return True
        if wanted == "edit":
            _edit(session, terminal)
        elif wanted is not None:
            seen = stamp(session.path)
            _check(session, terminal, event="key", everything=wanted == "check all")
            continue
        _draw(session, terminal)


def _draw(session: LearnerSession, terminal: KeyTerminal) -> None:
    terminal.draw(frame(session.screen(), *terminal.size()))
    session.shown()


def _check(session: LearnerSession, terminal: KeyTerminal, *, event: str = "saved", everything: bool = False) -> None:
    """Judge, and show what is going on meanwhile; Ctrl-C stops the checks, not the loop."""
    session.status = "checking ..."
    _draw(session, terminal)
    count = 0

    def watch(check: Check, _: CheckResult) -> None:
        nonlocal count
        count += 1
        session.status = f"checking {check.task} ({count}) ..."
        if count % 4 == 0:
            _draw(session, terminal)

    def show_first_failure(check: Check, result: CheckResult) -> None:
        session.status = "checking the rest ..."
        if session.preview(check, result):
            _draw(session, terminal)

    try:
        if everything:
            session.check_all(watch)
        else:
            session.check(show_first_failure, event)
            if session.touched():
                status, session.status = session.status, "checking what worked before ..."
                _draw(session, terminal)
                session.check_others(watch)
                session.status = status
            else:
                session.check_others(watch)
    except KeyboardInterrupt:
        session.status = "stopped"
    terminal.forget_keys()
    _draw(session, terminal)


def _edit(session: LearnerSession, terminal: KeyTerminal) -> None:
    command = editor_command(session.path, session.line, os.environ)
    if command is None:
        session.note = f"open {session.path.resolve()}:{session.line} in your editor, or set $VISUAL"
        return
    with terminal.lent():
        try:
            subprocess.run(command, check=False)
        except OSError as error:
            session.note = f"{command[0]} cannot be started: {error.strerror}"


def editor_command(path: Path, line: int, environment: Mapping[str, str]) -> list[str] | None:
    """Return the command that opens a line of a file: ``$VISUAL``, or VS Code in its own terminal; else None.

    Args:
        path: the file.
        line: the line.
        environment: the environment variables.
    """
    file = str(path.resolve())
    words = shlex.split(environment.get("VISUAL", ""))
    if words:
        name = Path(words[0]).name
        if name in COLON_LINE:
            return [*words, *(["-g"] if name not in ("subl", "zed", "hx") else []), f"{file}:{line}"]
        return [*words, *([f"+{line}"] if name in PLUS_LINE else []), file]
    if environment.get("TERM_PROGRAM") == "vscode" and (code := shutil.which("code", path=environment.get("PATH"))):
        return [code, "-g", f"{file}:{line}"]
    return None
