"""Run ``day89 quiz``: in the terminal or the browser, and its tools for instructors."""

from __future__ import annotations

import argparse
import io
import os
import secrets
import sys
from datetime import date, datetime
from pathlib import Path

from day89.course.exercise.tasks import exercises
from day89.course.quiz.lint import lint_quiz
from day89.course.quiz.load import load_quiz
from day89.course.quiz.model import Quiz
from day89.course.quiz.progress import QuizProgress
from day89.course.quiz.schedule import MIXED, Sitting, choose
from day89.course.quiz.terminal import MIXED_TITLE, QuizTerminal, ask_all, pick_topic, show_outcomes
from day89.errors import UsageError

__all__ = ["configure", "run"]

EXPORTS = ("moodle-xml", "gift", "qti", "anki", "jupyterquiz", "markdown")
PORT = 8089


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``day89 quiz`` and its subcommands."""
    what = parser.add_argument_group("what to ask (without any of these: choose a topic from a list)")
    what.add_argument("--topic", metavar="NAME", help="one topic; the beginning of its name is enough")
    numbers = [one.number for one in exercises()]
    words = f"what belongs to exercise {', '.join(map(str, numbers))}"
    what.add_argument("--exercise", type=int, choices=numbers, metavar="N", help=words)
    what.add_argument("--review", action="store_true", help="what is due: 1, 3 and 7 days after it was right")
    what.add_argument(
        "--exam", type=_positive, metavar="N", help="N questions over all outcomes, no comments until the end"
    )
    what.add_argument("--mixed", action="store_true", help=f"{MIXED} questions over all topics, about 8 minutes")
    what.add_argument("--seed", metavar="S", help="the same exam, and the same order of options, again")
    what.add_argument("--progress", action="store_true", help="show the progress by outcome and end")
    where = parser.add_argument_group("where")
    where.add_argument("--web", action="store_true", help="ask in the browser, on this machine only (127.0.0.1)")
    where.add_argument(
        "--port", type=int, default=PORT, metavar="P", help=f"port for --web, 0 takes a free one (default {PORT})"
    )
    parser.set_defaults(quiz_command=None)
    commands = parser.add_subparsers(dest="quiz_command", metavar="", required=False, title="for instructors")
    _configure_tools(commands)


def _configure_tools(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    export = commands.add_parser("export", help="write the questions for an LMS, Anki or a notebook")
    export.add_argument("--to", required=True, choices=EXPORTS, dest="target", help="the format")
    export.add_argument("--output", required=True, type=Path, metavar="FILE", help="the file to write")
    export.add_argument("--topic", dest="export_topic", metavar="NAME", help="this topic only")
    stats = commands.add_parser("stats", help="item statistics from a table of answers")
    stats.add_argument(
        "answers", type=Path, metavar="ANSWERS.csv", help="columns learner,question,answer and perhaps correct"
    )
    stats.add_argument("--html", type=Path, metavar="FILE", help="also write a page with plots")
    answers = commands.add_parser("answers", help="write your own answers as a table for the instructor")
    answers.add_argument("--learner", required=True, metavar="NAME", help="what to call yourself in it")
    answers.add_argument("--output", required=True, type=Path, metavar="FILE", help="the CSV file to write")
    commands.add_parser("lint", help="check the questions themselves")


def _positive(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of questions")
    return int(text)


def run(args: argparse.Namespace) -> int:
    """Do what was asked for.

    Args:
        args: the parsed options.

    Returns:
        0 done, 1 the questions have faults (``lint``), 130 interrupted.
    """
    broken: list[str] = []
    quiz = load_quiz(broken=broken)
    for problem in broken:
        print(f"left out: {problem}", file=sys.stderr)
    if args.quiz_command == "lint":
        return _lint(quiz) or int(bool(broken))
    if args.quiz_command == "export":
        # Imported here: an export or a table of statistics is rare, and asking should start at once.
        from day89.course.quiz.export import export_file

        return export_file(quiz, args.target, args.output, topic=args.export_topic, report=sys.stderr)
    if args.quiz_command == "stats":
        from day89.course.quiz.stats_report import report

        return report(quiz, args.answers, html=args.html, target=sys.stdout)
    progress = QuizProgress()
    if args.quiz_command == "answers":
        from day89.course.quiz.stats import write_answers

        return write_answers(quiz, progress, args.learner, args.output)
    if args.web:
        from day89.course.quiz.web import serve

        return serve(quiz, progress, port=args.port)
    return _ask(quiz, progress, args)


def _lint(quiz: Quiz) -> int:
    found = lint_quiz(quiz, date.today())
    for finding in found:
        print(finding)
    print(f"{len(quiz)} questions, {len(found)} findings")
    return 1 if found else 0


def _ask(quiz: Quiz, progress: QuizProgress, args: argparse.Namespace) -> int:
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal without accents still shows the rest
    terminal = QuizTerminal.on(sys.stdin, sys.stdout, os.environ, datetime.now().astimezone)
    seed = args.seed if args.seed is not None else secrets.token_hex(4)
    sitting = Sitting([], progress, exam=args.exam is not None, seed=seed, misconceptions=quiz.misconceptions)
    if args.progress:
        show_outcomes(terminal, quiz, sitting)
        return 0
    topic, mixed = args.topic, args.mixed
    try:
        if topic is None and args.exercise is None and not args.review and args.exam is None and not mixed:
            topic = pick_topic(terminal, quiz, lambda q: bool((known := progress.record(q)) and known.last_correct))
            if topic is None:
                return 0
            topic, mixed = (None, True) if topic == "" else (topic, False)
        today = terminal.now().astimezone().date()
        sitting.questions = choose(
            quiz,
            progress,
            today,
            topic=topic,
            exercise=args.exercise,
            review=args.review,
            exam=args.exam,
            mixed=MIXED if mixed else None,
            seed=seed,
        )
        if not sitting.questions:
            terminal.say(_nothing(args, progress))
            return 0
        ask_all(terminal, sitting, _title(quiz, topic, args, seed))
    except KeyboardInterrupt:
        count = len(sitting.marks)
        print(f"\nInterrupted. {count} answer{'s' if count != 1 else ''} of this sitting kept in {progress.path}.")
        return 130
    return 0


def _title(quiz: Quiz, topic: str | None, args: argparse.Namespace, seed: str) -> str:
    if args.exam is not None:
        return f"Exam (--seed {seed})"
    if args.review:
        return "Review"
    if topic is None and args.exercise is None:
        return MIXED_TITLE
    if topic is not None:
        return next((one.title for one in quiz.topics if one.name.startswith(topic)), topic)
    return f"Exercise {args.exercise}"


def _nothing(args: argparse.Namespace, progress: QuizProgress) -> str:
    if not args.review:
        raise UsageError("no question fits all of these options; leave one of them out")
    days = sorted(record.due for record in progress.records.values() if record.due)
    return f"Nothing is due today. The next is due on {days[0]}." if days else "Nothing has been answered yet."
