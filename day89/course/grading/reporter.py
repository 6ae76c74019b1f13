"""Run the checks on one submission inside this process and report each as a line of JSON on a pipe.

This is what a fork of the warm server (or a fresh interpreter) does. Nothing that is printed is ever read as a result.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

import day89.cloud
from day89.cloud.snapshot import snapshot
from day89.course.checks import breakpoints
from day89.course.checks.course_functions import course_function
from day89.course.checks.evidence import console_lines
from day89.course.checks.expectations import NotStarted, Wrong, describe_error
from day89.course.exercise.submission import Unreadable
from day89.course.grading import plugin
from day89.course.grading.limits import PATIENCE
from day89.course.grading.marks import describe, task_of
from day89.course.grading.marks import problems as mark_problems
from day89.course.grading.output import CALLS_SIGNAL, output_mark
from day89.course.grading.trace import traced
from day89.processes.stopwatch import stretched

__all__ = ["Reporter", "arguments", "exercises", "prepare", "rehearse", "run_job", "scratch"]

# pytest's own plugins that a verdict does not need: each costs time in every run.
UNNEEDED = (
    *("cacheprovider", "faulthandler", "unraisableexception", "threadexception", "logging", "doctest"),
    *("pastebin", "junitxml", "stepwise", "recwarn", "setuponly", "setupplan", "nose"),
)


class Reporter:
    """The pytest plugin that sends what happens as events.

    Args:
        events: descriptor of the pipe.
        job: which tasks to run, which checks to leave out.
        session: where the submission runs in a process of its own, what spawns that; else None.
    """

    def __init__(self, events: int, job: dict[str, Any], session: Any = None) -> None:
        self.events = events
        self.job = job
        self.session = session
        self.slow: Counter[str] = Counter(job["slow"])
        self.not_started: set[str] = set()
        self.begun: set[str] = set()
        self.outcome: dict[str, Any] = {}
        self.item: pytest.Item | None = None
        if job["own"]:
            breakpoints.install(ignore_breakpoints=not job["breakpoints"])
            if CALLS_SIGNAL is not None:
                signal.signal(CALLS_SIGNAL, lambda *_: self._tell_before_the_end())

    def send(self, event: str, **details: Any) -> None:
        """Write one event."""
        data = json.dumps({"event": event, **details}).encode() + b"\n"
        while data:
            data = data[os.write(self.events, data) :]

    def pytest_configure(self, config: pytest.Config) -> None:
        """Have each call of the learner's code announced, so that one that never returns can be named."""
        config.stash[plugin.ON_CALL] = lambda text: self.send("call", text=text)
        # A check gives a busy machine more time; what is skipped of it counts by the same measure.
        config.stash[plugin.ON_SKIP] = lambda seconds: self.send("skip", seconds=seconds / stretched(1.0))
        config.stash[plugin.REAL_TIME] = self.job["real_time"]
        config.stash[plugin.CARRIED] = self.job["carried"]
        if self.session is not None:
            config.stash[plugin.SESSION] = self.session

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Choose the checks and announce them, before a line of the submission runs."""
        if wrong := mark_problems(items):
            self.send("broken", message=wrong[0])
        only = self.job["only"]
        chosen = [item for item in items if task_of(item) in self.job["tasks"] and (not only or item.nodeid in only)]
        self.send("checks", checks=[asdict(describe(item)) for item in chosen])
        items[:] = [item for item in chosen if item.nodeid not in self.job["skip"]]
        if self.job["shuffle"]:
            random.Random(self.job["seed"]).shuffle(items)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Report a file of checks that cannot be collected: that is a fault of the tool."""
        if report.failed:
            self.send("broken", message=f"{report.nodeid} cannot be imported: {report.longreprtext.strip()[-300:]}")

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        """Load the submission; without it no check has anything to run."""
        for functions in self.job["carried"].values():
            course_function(functions[0])  # loaded now, and not while a check is timed
        self.send("loading")
        try:
            plugin.side_of(session.config)
        except Unreadable as error:
            self.send("unreadable", message=str(error), status=error.status)
            return True
        self.send("loaded")
        return None

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
        """Skip the rest of a task that is not started; hurry where checks of it have taken too long already."""
        self.item = item
        self.send("start", id=item.nodeid)
        self.outcome = {"outcome": "passed", "told": {}, "began": time.perf_counter()}
        if task_of(item) in self.not_started:
            return self._skip(item, nextitem, "not_started")
        item.config.stash[plugin.HURRIED] = self.slow[task_of(item)] >= PATIENCE
        return None

    def _skip(self, item: pytest.Item, nextitem: pytest.Item | None, outcome: str) -> bool:
        # What the item before has left open, such as its module, is closed where the next has no use for it.
        item.ihook.pytest_runtest_teardown(item=item, nextitem=nextitem)
        self._end(item.nodeid, outcome)
        return True

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        """Report the check."""
        self._end(nodeid, self.outcome["outcome"])

    def _end(self, nodeid: str, outcome: str) -> None:
        seconds = round(time.perf_counter() - self.outcome["began"], 4)
        self.send("end", id=nodeid, seconds=seconds, told=self.outcome["told"] | {"outcome": outcome})

    def _send_calls(self) -> None:
        """Tell which AWS calls the learner's code has made in this check."""
        task, cloud = (self.item.stash.get(key, None) if self.item else None for key in (plugin.TASK, plugin.CLOUD))
        if task is not None and cloud is not None:
            self.send("calls", calls=[asdict(call) for call in traced(cloud.log, task.silence.spans)])

    def _tell_before_the_end(self) -> None:
        """Tell of a check that is about to be killed what it has asked of AWS, and how its instances' consoles end."""
        self._send_calls()
        cloud = self.item.stash.get(plugin.CLOUD, None) if self.item else None
        self.send("consoles", lines=console_lines(plugin.consoles_of(cloud)))

    def _send_cloud(self, failed: bool) -> None:
        """Tell what is in the cloud that this check leaves: of one that failed, and of a task's first."""
        task, cloud = (self.item.stash.get(key, None) if self.item else None for key in (plugin.TASK, plugin.CLOUD))
        if task is None or cloud is None or not (failed or task.id not in self.begun):
            return
        with suppress(Exception):  # only a picture: no verdict depends on it
            self.send("cloud", cloud=snapshot(cloud))

    def _mark_output(self, word: str, check: str) -> None:
        with suppress(OSError, ValueError):  # a submission may have closed or replaced it
            sys.stdout.flush()
        with suppress(OSError):
            os.write(1, output_mark(self.job["own"], word, check))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        """Contain what would end the whole session: an interrupt that the learner's code let out."""
        failed = True
        if self.job["own"]:
            self._mark_output("begin", item.nodeid)
        try:
            result = yield
            failed = False
            return result
        except (KeyboardInterrupt, pytest.exit.Exception) as error:
            made = item.stash.get(plugin.TASK, None)
            called = made.last_call if made is not None else ""
            raise Wrong(called=called, expected="a result", found=f"it raised {describe_error(error)}") from None
        finally:
            if self.job["own"]:
                self._mark_output("end", item.nodeid)
                self._send_calls()
                self._send_cloud(failed)

    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> None:
        """Note how a phase of the check ended: whose fault it was, and the words for it."""
        task = task_of(item)
        if call.when == "call" and call.excinfo is None:
            self.begun.add(task)
        if call.excinfo is None or self.outcome["outcome"] != "passed":
            return
        error = call.excinfo.value
        outcome, told = _judge(error, str(call.when))
        if outcome == "not_started" and task in self.begun:
            outcome, told = "failed", {"message": f"this case is not answered yet: {error}"}
        if outcome == "not_started":
            self.not_started.add(task)
        if getattr(error, "timed_out", False):
            outcome = "timeout"
            self.slow[task] += 1
        self.begun.add(task)
        self.outcome |= {"outcome": outcome, "told": told}


def _judge(error: BaseException, phase: str) -> tuple[str, dict[str, Any]]:
    """Return whose fault an error in a check is, and what is told about it."""
    if isinstance(error, NotStarted):
        return "not_started", {}
    if isinstance(error, Wrong):
        return "failed", error.parts()
    if isinstance(error, AssertionError) and phase == "call":
        return "failed", {"message": " ".join(str(error).split())[:500] or "a comparison failed"}
    if isinstance(error, pytest.skip.Exception):
        return "tool_error", {"message": f"the check was skipped: {error}"}
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f" ({Path(trace.tb_frame.f_code.co_filename).name} line {trace.tb_lineno})" if trace else ""
    return "tool_error", {"message": f"the check itself broke in its {phase}: {describe_error(error)}{where}"}


def rehearse() -> None:
    """Make each service of the cloud do something once: whoever is forked from here has it all at hand."""
    with day89.cloud.local() as cloud:
        s3 = cloud.client("s3")
        s3.create_bucket(Bucket="rehearsal")
        s3.put_object(Bucket="rehearsal", Key="a", Body=b"a")
        s3.list_objects_v2(Bucket="rehearsal")
        cloud.client("ec2").describe_instances()
        cloud.client("iam").list_roles()


def prepare(job: dict[str, Any]) -> None:
    """Draw the same made-up names for the same seed, whoever ran before."""
    random.seed(job["seed"])


def run_job(job: dict[str, Any], events: int, session: Any = None) -> None:
    """Run the checks of a job and report them; return when all that can be reported has been.

    Args:
        job: ``submission`` (path), ``seed``, ``tasks`` (ids), ``skip`` (check ids), ``checks`` (their
            folder), ``folder`` (of the server), ``place`` (of this submission alone), ``slow`` (task id to
            checks that took too long already), ``shuffle`` (whether the seed decides the order), ``own`` (a token
            where calls and prints are to be told, ``""`` where not), ``breakpoints`` (False goes on at them),
            ``real_time`` (instances' checks run without the virtual clock).
        events: descriptor to report on.
        session: where the submission runs in a process of its own, what spawns that; else None.
    """
    prepare(job)
    reporter = Reporter(events, job, session)
    pytest.main([*arguments(job), f"--submission={job['submission']}", f"--seed={job['seed']}"], plugins=[reporter])
    reporter.send("done")


def exercises(job: dict[str, Any]) -> frozenset[str]:
    """Return the numbers of the exercises whose checks a job asks for."""
    return frozenset(id.split(".")[0] for id in job["tasks"])


def scratch(job: dict[str, Any]) -> Path:
    """Return the folder in which the checks of a job, and its submission, may write."""
    return Path(job["place"]).resolve() / "checks"


def arguments(job: dict[str, Any]) -> list[str]:
    """Return the command line of a pytest session that holds the checks of a job, and perhaps more.

    Args:
        job: see ``run_job``.
    """
    checks = Path(job["checks"])
    settings = Path(job["folder"], "pytest.ini")
    settings.write_text("[pytest]\n")
    wanted = sorted(exercises(job))
    files = sorted(str(file) for number in wanted for file in checks.glob(f"test_exercise_{number}*.py"))
    return [
        *("-p", "day89.course.grading.plugin", "-c", str(settings), f"--rootdir={checks}", f"--confcutdir={checks}"),
        *(word for name in UNNEEDED for word in ("-p", f"no:{name}")),
        *("-q", "--no-header", "--no-summary", "--tb=no", "-s", f"--basetemp={scratch(job)}"),
        *files,
    ]
