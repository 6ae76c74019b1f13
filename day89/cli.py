"""Read the command line, run one command, turn errors into one sentence and an exit status."""

from __future__ import annotations

import argparse
import errno
import importlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from day89 import __version__
from day89.errors import Day89Error, ToolError, UsageError

__all__ = ["main"]

DONE, BELOW, USAGE, TOOL_FAULT = 0, 1, 2, 3

# Command -> (module with configure(parser) and run(args) -> int, one line of help). Imported only when it is run.
COMMANDS = {
    "learn": ("day89.course.commands.learn", "work on the tasks: checks on each save (day89 alone does the same)"),
    "grade": ("day89.course.commands.grade", "grade exercise.py, a folder, a zip or a list of submissions"),
    "gradebook": ("day89.course.commands.gradebook", "bring marks and feedback back to the platform"),
    "autograder": ("day89.course.commands.autograder", "write what Gradescope, Classroom 50, CI ... need to grade"),
    "handout": ("day89.course.commands.handout", "pack a zip for learners, without answers"),
    "hint": ("day89.course.commands.hint", "show the next hint for a task"),
    "init": ("day89.course.commands.init", "make a course folder: the file to write in, the lesson, settings"),
    "update": ("day89.course.commands.update", "bring a newer course into a course folder"),
    "status": ("day89.course.commands.status", "show tasks, hints, quiz and minutes over days"),
    "debug": ("day89.course.commands.debug", "run the first failing check of a task with pdb"),
    "stub": ("day89.course.commands.stub", "cut exercise.py from solution.py"),
    "reset": ("day89.course.commands.reset", "put one task of exercise.py back to its stub"),
    "quiz": ("day89.course.quiz.command", "check yourself, in the terminal or the browser"),
    "cloud": ("day89.course.commands.cloud", "run the local cloud for other programs"),
    "demo": ("day89.course.commands.demo", "run one of the three stories from end to end"),
    "explain": ("day89.course.commands.explain", "run one check again and tell the whole story of its verdict"),
    "compare": ("day89.course.commands.compare", "say whose marks differ between two result files, and why"),
    "course": ("day89.course.commands.course", "check that tasks, checks and points are consistent"),
    "validate": ("day89.course.commands.validate", "measure the grader over right and wrong answers"),
    "doctor": ("day89.course.commands.doctor", "find out what isolation this machine really gives"),
    "serve": ("day89.inference.command", "serve a model from S3 over HTTP"),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one ``day89`` command.

    Args:
        argv: arguments without the program's name; None takes ``sys.argv``.

    Returns:
        0 done, 1 below ``--min-score`` or checks of ours failed, 2 wrong usage or input, 3 a fault of the tool.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        parser = _parser(arguments)  # some commands read course.toml as they are loaded
        if not arguments:
            return _alone(parser)
        options = parser.parse_args(arguments)
        return int(options.run(options))
    except UsageError as error:
        return _complain(error, USAGE)
    except ToolError as error:
        return _complain(error, TOOL_FAULT)
    except Day89Error as error:
        return _complain(error, USAGE)
    except BrokenPipeError:
        # The reader has gone (`day89 ... | head`); point stdout away so that the interpreter's last flush is quiet.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        place = f" ({error.filename})" if error.filename else ""
        return _complain(f"the disk is full{place}: make room, and run the command again", TOOL_FAULT)
    except KeyboardInterrupt:
        return _complain("interrupted", 130)


def _alone(parser: argparse.ArgumentParser) -> int:
    """Run the loop in a course folder; elsewhere offer to make one; without a terminal show the usage."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        parser.print_usage(sys.stderr)
        return _complain("without a terminal, name a command: `day89 learn --plain`, or one of `day89 --help`", USAGE)
    return main(["learn"] if Path("exercise.py").is_file() else ["init"])


def _parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="day89", description="AWS S3 and EC2 for AI engineers, on this machine.")
    parser.add_argument("--version", action="version", version=f"day89 {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    chosen = next((word for word in arguments if not word.startswith("-")), None)
    for name, (module, summary) in COMMANDS.items():
        command = commands.add_parser(name, help=summary, description=summary[0].upper() + summary[1:] + ".")
        if name == chosen:
            room = importlib.import_module(module)
            room.configure(command)
            command.set_defaults(run=room.run)
    return parser


def _complain(error: object, status: int) -> int:
    print(f"day89: {error}", file=sys.stderr)
    return status
