"""Ask in a terminal: one line in, a few lines out, 80 columns, colours only where they are welcome."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TextIO

from day89.course.quiz.marking import Marked, parse
from day89.course.quiz.model import CHOICE_TYPES, SECTIONS, Question, Quiz
from day89.course.quiz.schedule import MIXED, Sitting, by_outcome, reading
from day89.course.quiz.text import PLAIN, STYLED, Style, wrap

__all__ = ["MIXED_TITLE", "QuizTerminal", "ask_all", "pick_topic", "show_outcomes", "welcomes_colour"]

WIDTH_MAX = 80
MIXED_TITLE = f"{MIXED} mixed questions"


class Leave(Exception):
    """The learner wants to stop, or the input has ended."""


def welcomes_colour(stream: TextIO, environment: Mapping[str, str]) -> bool:
    """Say whether to colour: a terminal that is not dumb, and no NO_COLOR (https://no-color.org)."""
    return stream.isatty() and not environment.get("NO_COLOR") and environment.get("TERM") != "dumb"


@dataclass
class QuizTerminal:
    """Where to read from and write to, and how it should look."""

    source: TextIO
    target: TextIO
    now: Callable[[], datetime]
    style: Style = PLAIN

    @classmethod
    def on(
        cls, source: TextIO, target: TextIO, environment: Mapping[str, str], now: Callable[[], datetime]
    ) -> QuizTerminal:
        """Make one that suits its streams and environment."""
        return cls(source, target, now, STYLED if welcomes_colour(target, environment) else PLAIN)

    @property
    def width(self) -> int:
        """Return how many columns to use: those that there are, but no more than are pleasant to read."""
        return max(40, min(WIDTH_MAX, shutil.get_terminal_size((WIDTH_MAX, 24)).columns))

    def say(self, text: str = "", *, first: str = "", kind: str = "") -> None:
        """Write a paragraph, wrapped."""
        before, after = getattr(self.style, kind) if kind else ("", "")
        for line in wrap(text, self.width, self.style, first=first):
            print(before + line + after if line.strip() else line, file=self.target)

    def code(self, text: str) -> None:
        """Write code, indented, as it is."""
        for line in text.splitlines():
            print(f"    {line}".rstrip(), file=self.target)

    def read(self, prompt: str) -> str:
        """Ask for one line.

        Raises:
            Leave: the input has ended.
        """
        print(prompt, end="", file=self.target, flush=True)
        line = self.source.readline()
        if not line:
            print(file=self.target)
            raise Leave
        return line.strip()


def ask_all(terminal: QuizTerminal, sitting: Sitting, title: str) -> None:
    """Ask the questions of a sitting, then offer to retry or to see the answers, until the learner leaves.

    Args:
        terminal: where to ask.
        sitting: what to ask; each answer is on the disk before it is commented.
        title: stands at the head of each question.
    """
    try:
        while True:
            while sitting.current is not None:
                _ask_one(terminal, sitting, title)
            if not _end(terminal, sitting):
                return
    except Leave:
        done = len(sitting.marks)
        if done:
            terminal.say(f"Stopped. {done} answer{'s are' if done != 1 else ' is'} kept in {sitting.progress.path}.")
        else:
            terminal.say("Stopped before the first answer: nothing has changed.")


def _ask_one(terminal: QuizTerminal, sitting: Sitting, title: str) -> None:
    question = sitting.current
    assert question is not None
    shown = sitting.shown(question)
    _head(terminal, f"{title}", f"{sitting.at + 1} of {len(sitting.questions)}")
    _show(terminal, question, shown)
    hints = list(question.hints)
    while True:
        typed = terminal.read(_prompt(question, shown, bool(hints)))
        if typed == "":
            sitting.skip()
            return
        if typed.lower() in ("q", "quit") and question.type != "short":
            raise Leave
        if typed == "?":
            terminal.say(hints.pop(0) if hints else "There is no (further) hint.", first="Hint: ")
            continue
        answer = parse(question, typed, shown)
        if answer is None:
            terminal.say(_help(question, shown))
            continue
        marked = sitting.answer(question, answer, terminal.now())
        if sitting.exam:
            terminal.say("Noted.")
        else:
            _comment(terminal, question, marked, sitting.believed(marked))
        return


def _head(terminal: QuizTerminal, left: str, right: str) -> None:
    room = terminal.width - len(right) - 1
    before, after = terminal.style.title
    print(file=terminal.target)
    print(f"{before}{left[:room]:<{room}} {right}{after}", file=terminal.target)
    print("-" * terminal.width, file=terminal.target)


def _show(terminal: QuizTerminal, question: Question, shown: tuple[str, ...]) -> None:
    terminal.say(question.stem)
    if question.code:
        print(file=terminal.target)
        terminal.code(question.code)
    print(file=terminal.target)
    texts = {option.letter: option.text for option in question.options}
    lines = {line.letter: line.code for line in question.lines}
    for at, letter in enumerate(shown):
        label = f"  {chr(ord('a') + at)}) "
        if question.type == "order":
            first, *rest = lines[letter].splitlines()
            print(label + first, *(" " * len(label) + line for line in rest), sep="\n", file=terminal.target)
        else:
            terminal.say(texts[letter], first=label)
    if shown:
        print(file=terminal.target)


def _prompt(question: Question, shown: tuple[str, ...], hints: bool) -> str:
    last = chr(ord("a") + len(shown) - 1) if shown else ""
    what = {
        "multi": f"a-{last}, all that are right",
        "order": "letters in order, such as c a b",
        "numeric": f"a number, in {question.unit}" if question.unit else "a number",
        "short": "a word or two",
    }.get(question.type, f"a-{last}")
    return f"[{what}; {'? hint; ' if hints else ''}Enter skips; q stops] "


def _help(question: Question, shown: tuple[str, ...]) -> str:
    if question.type == "numeric":
        return "That is not a number. Type one such as 12.50."
    if question.type == "order":
        return "Type letters from the list, each once, in the order of the program: such as c a b."
    return f"Type {'one letter' if question.type != 'multi' else 'letters'} from a to {chr(ord('a') + len(shown) - 1)}."


def _comment(terminal: QuizTerminal, question: Question, marked: Marked, believed: str) -> None:
    print(file=terminal.target)
    if marked.correct:
        terminal.say("Right.", kind="good")
        terminal.say(" ".join(filter(None, (marked.why, question.explain))))
        if question.expired(terminal.now().date()):
            terminal.say(f"This was known to be so until {question.valid_until}: see {question.refs[0]}", kind="faint")
    else:
        terminal.say("Not right.", kind="bad")
        terminal.say(marked.why)
        if believed:
            terminal.say(f"[{believed}]", kind="faint")


def _end(terminal: QuizTerminal, sitting: Sitting) -> bool:
    wrong = sitting.wrong
    _head(terminal, "That was all", f"{sitting.right} of {len(sitting.questions)} right")
    if not wrong:
        terminal.say("Nothing is left to repeat. `day89 quiz --review` asks again what is due, after 1, 3 and 7 days.")
        return False
    terminal.say("What to read for what was not right.")
    for section, pages in reading(wrong).items():
        terminal.say(f"{section} (in the lesson: {SECTIONS.get(section, section)}):")
        for page in pages:
            print(f"  {page}", file=terminal.target)
    print(file=terminal.target)
    while True:
        typed = terminal.read(f"[r try {_count(len(wrong))} again; s show the answers; q leave] ").lower()
        if typed == "r":
            sitting.retry()
            return True
        if typed == "s":
            _reveal(terminal, sitting)
            return False
        if typed in ("q", ""):
            return False


def _count(number: int) -> str:
    return "it" if number == 1 else f"these {number}"


def _reveal(terminal: QuizTerminal, sitting: Sitting) -> None:
    for question in sitting.wrong:
        _head(terminal, question.section, question.id)
        terminal.say(question.stem)
        print(file=terminal.target)
        if question.code:
            terminal.code(question.code)
            print(file=terminal.target)
        marked = sitting.marks.get(question.id)
        if question.type in CHOICE_TYPES:
            _reveal_options(terminal, question, marked)
        elif question.type == "order":
            places = {line.letter: line.code for line in question.lines}
            terminal.code("\n".join(places[letter] for letter in question.key))
        else:
            terminal.say(f"Answer: {question.answers[0]} {question.unit}".rstrip(), kind="good")
        print(file=terminal.target)
        terminal.say(question.explain)


def _reveal_options(terminal: QuizTerminal, question: Question, marked: Marked | None) -> None:
    for option in question.options:
        mine = "  (your answer)" if marked is not None and option.letter in marked.answer else ""
        label = "right: " if option.correct else "wrong: "
        terminal.say(option.text + mine, first=label, kind="good" if option.correct else "")
        terminal.say(option.why, first=" " * len(label), kind="faint")


def pick_topic(terminal: QuizTerminal, quiz: Quiz, known: Callable[[Question], bool]) -> str | None:
    """Show the topics, with the mix of all of them before, and ask for one.

    Args:
        terminal: where to ask.
        quiz: whose topics.
        known: says of a question whether its last answer was right.

    Returns:
        The name of the topic, "" for the mix, None where the learner leaves.
    """
    _head(terminal, "Topics", "right / all")
    print(f"{0:3}  {MIXED_TITLE}, about 8 minutes", file=terminal.target)
    for at, topic in enumerate(quiz.topics, 1):
        right = sum(map(known, topic.questions))
        score = f"{right} / {len(topic.questions):2}"
        print(f"{at:3}  {topic.title:<{terminal.width - 16}} {score:>9}", file=terminal.target)
    print(file=terminal.target)
    try:
        while True:
            typed = terminal.read(f"[0-{len(quiz.topics)}; q leaves] ")
            if typed.lower() in ("q", ""):
                return None
            if typed == "0":
                return ""
            if typed.isdigit() and 1 <= int(typed) <= len(quiz.topics):
                return quiz.topics[int(typed) - 1].name
    except Leave:
        return None


def show_outcomes(terminal: QuizTerminal, quiz: Quiz, sitting_progress: Sitting) -> None:
    """Write the table of progress by outcome."""
    _head(terminal, "Outcome", "right now  at first  due")
    for line in by_outcome(quiz, sitting_progress.progress, terminal.now().astimezone().date()):
        score = f"{line.last:4}/{line.total:<2} {line.first:7}/{line.total:<2} {line.due:4}"
        room = terminal.width - len(score) - 5
        first, *rest = wrap(line.text, room, PLAIN)
        print(f"{line.outcome:3}  {first:<{room}}{score}", file=terminal.target)
        for more in rest:
            print(f"     {more}", file=terminal.target)
