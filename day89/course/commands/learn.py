"""Run the learner's loop: ``day89``, or ``day89 learn``."""

from __future__ import annotations

import argparse
import os
import sys
import webbrowser
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from day89.course.exercise.tasks import Task, task
from day89.errors import UsageError

if TYPE_CHECKING:
    from day89.course.learn.session import LearnerSession

__all__ = ["configure", "run"]

# Where one of these is set, a browser opens in a window of its own and not in this terminal.
WINDOWS = ("BROWSER", "DISPLAY", "WAYLAND_DISPLAY")


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("path", metavar="FILE", nargs="?", default="exercise.py", help="default: exercise.py")
    parser.add_argument("--task", metavar="ID", help="begin with this task, such as 1.3 or list_keys")
    parser.add_argument("--seed", metavar="N", type=int, help="seed of made-up names; a new one each run if absent")
    parser.add_argument("--web", action="store_true", help="show it on a page for the browser too, beside the editor")
    parser.add_argument(
        "--plain", action="store_true", help="a short verdict a save and no screen: for pipes and screen readers"
    )


def run(args: argparse.Namespace) -> int:
    """Run the loop until the learner quits."""
    return learn_file(args.path, [task(args.task)] if args.task else (), args.seed, plain=args.plain, web=args.web)


def learn_file(path: str, chosen: Sequence[Task], seed: int | None, *, plain: bool = True, web: bool = False) -> int:
    """Run the loop on one file until the learner quits.

    Args:
        path: the file.
        chosen: the tasks to begin with; none goes on where the learner was.
        seed: seed of made-up names; None draws one.
        plain: no screen, whatever the terminal can do.
        web: open the page at once, and not only at the key ``w``.
    """
    if sys.platform == "win32":
        raise UsageError("day89 learn needs Linux or macOS: use WSL2")
    from day89.course.learn.judge import TaskJudge  # not on every system, and slow to import
    from day89.course.learn.keys import KeyTerminal, is_capable
    from day89.course.learn.loop import learn
    from day89.course.learn.plain import learn_plainly
    from day89.course.learn.progress import progress_line
    from day89.course.learn.session import LearnerSession
    from day89.course.learn.state import LearnerState
    from day89.course.reports.terminal import wants_color

    file = Path(path)
    if not file.is_file():
        raise UsageError(f"{path} is not there: `day89 init` makes a course folder, `day89 stub` only the file")
    state = LearnerState(file.resolve().parent)
    with TaskJudge(file) as judge, ExitStack() as stack:
        session = LearnerSession(file, judge, state, next(iter(chosen), None), seed)
        session.open_page = _page_opener(session, stack)
        if web:
            session.note = session.open_page()
            print(session.note, flush=True)
        if plain or not is_capable():
            learn_plainly(session, chosen)
        else:
            with KeyTerminal(wants_color(sys.stdout)) as terminal:
                learn(session, terminal)
    print(f"{progress_line(state)}. Go on with: day89")
    return 0


def _page_opener(session: LearnerSession, stack: ExitStack) -> Callable[[], str]:
    """Return what serves the page until the loop ends, opens it where a browser can be opened, and says where it is."""
    addresses: list[str] = []

    def open_page() -> str:
        from day89.course.page.learner import Learner  # Flask is slow to import
        from day89.course.page.stream import Stream
        from day89.course.page.web import CLOUD_PORT, LEARN_PORT, create_app, serving

        if not addresses:
            page = Learner(Stream(), f"http://127.0.0.1:{CLOUD_PORT}/")
            addresses.append(stack.enter_context(serving(create_app(page), page.stream, LEARN_PORT)))
            session.on_shown = page.publish
            page.publish(session)
        if sys.platform == "darwin" or any(os.environ.get(name) for name in WINDOWS):
            webbrowser.open(addresses[0])
        return f"the page: {addresses[0]} (for this machine only)"

    return open_page
