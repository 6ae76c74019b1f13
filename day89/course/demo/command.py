"""Run one of the three stories: ``day89 demo train | serve | process``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from day89.cloud import Cloud
from day89.course.demo import faults
from day89.course.demo.page import render
from day89.course.demo.real import real_setting
from day89.course.demo.record import StoryRecord
from day89.course.demo.screen import StoryScreen
from day89.course.demo.setting import REGION, Setting, local_setting
from day89.course.demo.stage import Observer
from day89.course.demo.stories import STORIES, Story, ceiling, play
from day89.course.results.checkpoint import write_text
from day89.errors import UsageError

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """Name the command's arguments."""
    parser.add_argument("story", choices=STORIES, help="train a model, serve one, or process data")
    parser.add_argument(
        "--fault", metavar="KIND", choices=faults.KINDS, help=f"let something break: {', '.join(faults.KINDS)}"
    )
    parser.add_argument("--report", metavar="FILE", help="write a page with a drawing of what ran where")
    parser.add_argument(
        "--real-account", metavar="ACCOUNT_ID", help="play on this AWS account, which costs money, not on this machine"
    )
    parser.add_argument("--region", default=REGION, help=f"AWS region, with --real-account (default {REGION})")
    parser.add_argument("--yes", action="store_true", help="with --real-account: do not ask before anything is made")


Watching = Callable[[Cloud, Observer], AbstractContextManager[Observer]]


def run(args: argparse.Namespace, watching: Watching = lambda cloud, observer: nullcontext(observer)) -> int:
    """Play a story.

    Args:
        args: what ``configure`` asked for.
        watching: on the local cloud, puts another observer in place of the terminal's.

    Returns:
        0 it went well; 1 it broke and everything was cleaned up; 3 something of it is left; 130 interrupted.

    Raises:
        UsageError: arguments that do not fit together.
        RealAccountError: the account is not the caller's, or was not confirmed.
    """
    story = STORIES[args.story]
    if args.report:
        _check_report(Path(args.report))
    record = _play_on_aws(story, args) if args.real_account else _play_here(story, args, watching)
    if args.report:
        write_text(Path(args.report), render(record))
        print(f"The page on it: {args.report}")
    if record.error:
        print(f"day89: {record.error}", file=sys.stderr)
    return record.status


def _play_here(story: Story, args: argparse.Namespace, watching: Watching) -> StoryRecord:
    if args.yes or args.region != REGION:
        raise UsageError("--yes and --region belong to --real-account: on this machine nothing is asked")
    with local_setting() as setting:
        assert setting.cloud is not None
        fault = faults.order(setting.cloud, story.name, args.fault) if args.fault else ""
        return _show(story, setting, fault, watching)


def _play_on_aws(story: Story, args: argparse.Namespace) -> StoryRecord:
    if args.fault:
        raise UsageError("--fault belongs to the local cloud: AWS breaks nothing on request")
    with real_setting(args.real_account, args.region, story, ceiling(story), yes=args.yes) as setting:
        return _show(story, setting, "")


def _show(story: Story, setting: Setting, fault: str, watching: Watching | None = None) -> StoryRecord:
    screen = StoryScreen(sys.stdout)
    screen.title(story.name, story.title, setting.place, fault)
    cloud = setting.cloud
    with watching(cloud, screen) if watching and cloud is not None else nullcontext(screen) as observer:
        record = play(story, setting, observer, fault=fault)
    screen.summary(record)
    return record


def _check_report(path: Path) -> None:
    """Find out before the story, not after it, that there is no place for its page."""
    if path.is_dir() or not path.resolve().parent.is_dir():
        raise UsageError(f"cannot write the page to {path}: give a file in a folder that exists")
