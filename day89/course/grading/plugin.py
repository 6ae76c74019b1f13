"""Provide the checks' pytest plugin: the marker ``task``, the fixtures ``task``, ``cloud``, ``names`` and ``workdir``.

They run on the exercise.py of the folder where pytest was started; ``--submission FILE`` names another file, and
``--mine`` leaves the checks alone of what else there is to run.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext, suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from day89 import cloud as local_cloud
from day89.cloud.controls.network_guard import ENVIRONMENT as CLOUD_ENVIRONMENT
from day89.cloud.instances.guest_client import ForkServer, SupervisorClient
from day89.course.checks.diagnosis import diagnose
from day89.course.checks.evidence import Scene, confirm, seen
from day89.course.checks.expectations import NotStarted, Wrong, describe_error
from day89.course.checks.fake_data import Names
from day89.course.checks.learner import Gone, InProcess, LearnerTask, Runner
from day89.course.checks.proxies import NoAnswer
from day89.course.checks.virtual_clock import CLOCK, SLEEP_SECONDS, late_bound
from day89.course.exercise.files import checks_folder, course_file
from day89.course.exercise.submission import Unreadable, line_of, load, read
from day89.course.grading.limits import CHECK_LIMIT, hurried
from day89.course.grading.tracebacks import hide_grader_frames

SIDE: pytest.StashKey[Runner | Unreadable] = pytest.StashKey()
TASK: pytest.StashKey[LearnerTask] = pytest.StashKey()
CLOUD: pytest.StashKey[Any] = pytest.StashKey()
ON_CALL: pytest.StashKey[Callable[[str], None]] = pytest.StashKey()
ON_SKIP: pytest.StashKey[Callable[[float], None]] = pytest.StashKey()
REAL_TIME: pytest.StashKey[bool] = pytest.StashKey()
SEED: pytest.StashKey[int] = pytest.StashKey()
SUPERVISOR: pytest.StashKey[SupervisorClient] = pytest.StashKey()
# Where one process after another is forked for a run of checks: what their supervisors are forked from.
FORK_SERVER: pytest.StashKey[ForkServer] = pytest.StashKey()
# A submission in a process of its own: what spawns it (a day89.course.boundary.spawn.SubmissionSession).
SESSION: pytest.StashKey[Any] = pytest.StashKey()
# Task id to the functions that the course's own take the place of while it is judged.
CARRIED: pytest.StashKey[Mapping[str, Sequence[str]]] = pytest.StashKey()
# Checks of the task that is judged have taken too long already.
HURRIED: pytest.StashKey[bool] = pytest.StashKey()
# Nothing of the person who runs this: no profile, no config file, no instance metadata of a real machine.
ENVIRONMENT = {name: value for name, value in CLOUD_ENVIRONMENT.items() if name.startswith("AWS_")}
MARKERS = (
    "task(id, level, points): the check belongs to a task of the course, core or mastery, and is worth points",
    "cloud(**options): options of day89.cloud.local for this check, such as page_size=3 or instances=True",
    "limit(seconds): the check may take this long; 10 where nothing is said",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the course."""
    group = parser.getgroup("day89")
    group.addoption("--mine", action="store_true", help="run only the graded checks, on your exercise.py")
    group.addoption("--submission", metavar="FILE", help="run the graded checks on this file")
    group.addoption("--shuffle", action="store_true", help="run in an order that the seed decides")
    group.addoption(
        "--seed", type=int, metavar="N", help="seed of made-up names and contents; a new one each run if absent"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Fix the seed, declare the markers, narrow the run where it is one's own file."""
    for marker in MARKERS:
        config.addinivalue_line("markers", marker)
    config.stash[SEED] = _seed(config)
    if config.getoption("mine") and config.args_source is not pytest.Config.ArgsSource.ARGS:
        config.args = [str(checks_folder())]


def _seed(config: pytest.Config) -> int:
    # Workers of pytest-xdist take the seed of the process that started them.
    given = getattr(config, "workerinput", {}).get("day89_seed", config.getoption("seed"))
    return int(given) if given is not None else random.SystemRandom().randrange(10**6)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Hand the seed to a worker of pytest-xdist."""
    node.workerinput["day89_seed"] = node.config.stash[SEED]


def pytest_report_header(config: pytest.Config) -> str:
    """Print what is graded, and the seed that repeats this run."""
    return f"day89: checks run on {submission_path(config)}, repeat with --seed {config.stash[SEED]}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave only the graded checks where it is one's own file; let no warning of a submission decide about a check."""
    if config.getoption("shuffle"):
        random.Random(config.stash[SEED]).shuffle(items)
    path = submission_path(config)
    for item in items:
        if item.get_closest_marker("task") is not None:
            hide_grader_frames(item, path, partial(_raised, item))
            # A file that a learner left open is not what the checks are about.
            item.add_marker(pytest.mark.filterwarnings("ignore"))
    if config.getoption("mine"):
        others = [item for item in items if item.get_closest_marker("task") is None]
        items[:] = [item for item in items if item.get_closest_marker("task") is not None]
        config.hook.pytest_deselected(items=others)


def _raised(item: pytest.Item) -> BaseException | None:
    made = item.stash.get(TASK, None)
    return made.raised if made is not None else None


def submission_path(config: pytest.Config) -> Path:
    """Return the file that the checks run on: the one that was named, else the exercise.py of whoever runs them."""
    if config.getoption("submission"):
        return Path(config.invocation_params.dir, config.getoption("submission"))
    folders = (config.invocation_params.dir, config.rootpath)
    own = next((path for folder in folders if (path := Path(folder, "exercise.py")).is_file()), None)
    return own or course_file("exercise.py")


def _make_side(config: pytest.Config) -> Runner:
    submission = read(submission_path(config))
    session = config.stash.get(SESSION, None)
    if session is None:
        with late_bound():
            return InProcess(load(submission), submission.path)
    from day89.course.boundary.remote import Remote  # not on every system

    base = config._tmp_path_factory.getbasetemp()  # type: ignore[attr-defined]
    side = Remote(session, submission.path.resolve(), base, ENVIRONMENT)
    side.real_time = config.stash.get(REAL_TIME, False)
    side.on_skip = config.stash.get(ON_SKIP, side.on_skip)
    try:
        side.load()
    except Gone as error:
        message = f"{submission.path.name} was imported, and {error}; fix what stands outside its functions"
        raise Unreadable(message, "timeout" if error.timed_out else "killed") from None
    return side


def side_of(config: pytest.Config) -> Runner:
    """Return where the submission runs; it is loaded once a session.

    Raises:
        Unreadable: it cannot be read, parsed or imported.
    """
    if SIDE not in config.stash:
        try:
            config.stash[SIDE] = _make_side(config)
        except Unreadable as error:
            config.stash[SIDE] = error
    side = config.stash[SIDE]
    if isinstance(side, Unreadable):
        raise side
    return side


def supervisor_of(config: pytest.Config) -> SupervisorClient:
    """Return the process that instances are forked from; it loads the libraries of the course once a session."""
    if SUPERVISOR not in config.stash:
        config.stash[SUPERVISOR] = supervisor = SupervisorClient(server=config.stash.get(FORK_SERVER, None))
        config.add_cleanup(supervisor.close)
    return config.stash[SUPERVISOR]


@pytest.fixture
def workdir(tmp_path: Path) -> Path:
    """Return an empty folder that the check and the submission may both use."""
    folder = tmp_path / "work"
    folder.mkdir()
    return folder


@pytest.fixture
def names(request: pytest.FixtureRequest) -> Names:
    """Return made-up names and contents: other ones in each run and in each check."""
    return Names(request.config.stash[SEED], request.node.name)


@pytest.fixture
def cloud(request: pytest.FixtureRequest, names: Names, clean_environment: None, begun: None) -> Iterator[Any]:
    """Return a fresh local cloud, with the options of ``@pytest.mark.cloud(...)``."""
    marker = request.node.get_closest_marker("cloud")
    options = {"seed": names.number(0, 2**31), **(marker.kwargs if marker else {})}
    if options.get("instances") is True:
        options["instances"] = supervisor_of(request.config)
        if request.config.stash.get(SESSION, None) is not None:
            options["isolation"] = "strict"  # a confined submission must not get out by a script that it launches
    with local_cloud.local(**options) as running, _clock(request.config, running):
        side = request.config.stash.get(SIDE, None)
        if side is not None and not isinstance(side, Unreadable):
            side.meet(running, bool(options.get("instances")))
        request.node.stash[CLOUD] = running
        yield running


def _clock(config: pytest.Config, running: Any) -> AbstractContextManager[None]:
    """Return the clock of the submission while a check runs: virtual, unless real time is asked for."""
    if config.stash.get(SESSION, None) is not None:  # the submission's own process has one
        return nullcontext()
    told = config.stash.get(ON_SKIP, lambda seconds: None)
    handle = running.gateway.handle

    def at_work(*arguments: Any, **keywords: Any) -> Any:
        with CLOCK.aside():
            return handle(*arguments, **keywords)

    running.gateway.handle = at_work
    if running.fleet is None:
        return CLOCK.running(lambda seconds: True, told, longest=SLEEP_SECONDS)
    real = config.stash.get(REAL_TIME, False)
    return nullcontext() if real else CLOCK.running(lambda seconds: bool(running.fleet.still()), told)


def limit_of(seconds: float, config: pytest.Config) -> float:
    """Return how long a check may take: not all of its time where others of its task have taken theirs in vain."""
    return hurried(seconds) if config.stash.get(HURRIED, False) else seconds


@pytest.fixture
def begun(request: pytest.FixtureRequest) -> None:
    """Tell the submission's side that a check begins, and how long it may take."""
    marker = request.node.get_closest_marker("limit")
    with suppress(Unreadable):
        side_of(request.config).begin(limit_of(float(marker.args[0]) if marker else CHECK_LIMIT, request.config))


@pytest.fixture
def task(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    clean_environment: None,
    begun: None,
) -> LearnerTask:
    """Return the learner's functions, run in an empty current folder."""
    try:
        side = side_of(request.config)
    except Unreadable as error:
        raise Wrong(called="the submission", expected="a file that can be imported", found=error) from None
    here = tmp_path / "cwd"
    here.mkdir()
    monkeypatch.chdir(here)
    marker = request.node.get_closest_marker("task")
    id = marker.args[0] if marker else ""
    side.replace(request.config.stash.get(CARRIED, {}).get(id, ()))
    request.node.stash[TASK] = made = LearnerTask(
        side,
        id,
        request.config.stash.get(ON_CALL, None),
        lambda: len(request.node.stash[CLOUD].log) if CLOUD in request.node.stash else 0,
    )
    return made


@pytest.fixture
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away the AWS settings of the person who runs this."""
    for name in [name for name in os.environ if name.startswith(("AWS_", "BOTO"))]:
        monkeypatch.delenv(name)
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Iterator[Any]:
    """Put an error that the learner's code raised or caused into words: what was called, what came of it, where."""
    try:
        return (yield)
    except Wrong as wrong:
        made = pyfuncitem.stash.get(TASK, None)
        if made is not None:
            _complete(wrong, made.raised, made, pyfuncitem)
        raise
    except NotStarted:
        raise
    except (Exception, pytest.fail.Exception) as error:
        made = pyfuncitem.stash.get(TASK, None)
        words = _in_words(error, made) if made is not None and made.last_call else None
        if made is None or words is None:
            raise
        told = Wrong(called=made.last_call, expected=words[0], found=words[1], mistake=diagnose(error))
        _complete(told, error, made, pyfuncitem)
        raise told from error


def _complete(wrong: Wrong, error: BaseException | None, made: LearnerTask, item: pytest.Item) -> None:
    """Add to a failure what was seen: the line of the submission, and the evidence for the mistake or in its place."""
    if wrong.line is None and error is not None:
        wrong.line = made.line_of(error)
    wrong.code = line_of(made.path, wrong.line) if wrong.line else None
    scene = _scene(error, made, item.stash.get(CLOUD, None))
    wrong.mistake = "F2" if made.silence.whole else confirm(wrong.mistake, scene)
    wrong.evidence += seen(wrong, scene)
    wrong.launched = bool(scene.consoles)


def _scene(error: BaseException | None, made: LearnerTask, cloud: Any) -> Scene:
    log = list(cloud.log) if cloud is not None else []
    # What an instance asked meanwhile is not the function's doing.
    trace = [call for call in log[made.first_request : made.last_request] if ":assumed-role/" not in call.principal]
    texts = [str(value) for value in made.last_arguments if isinstance(value, str | os.PathLike)]
    return Scene(error, texts, trace, log, consoles_of(cloud))


def consoles_of(cloud: Any) -> dict[str, tuple[str, str]]:
    """Return the state and the console output of each instance that was launched, by its id."""
    launched = list(cloud.fleet) if cloud is not None and cloud.fleet is not None else []
    return {one.id: (str(one.seen.moto.state), one.console()) for one in launched}


def _is_answer(error: BaseException) -> bool:
    """Return whether it is what the cloud would have answered to a call, where a check asked its state directly."""
    return any(
        f"{kind.__module__}.{kind.__name__}" == "moto.core.exceptions.ServiceException" for kind in type(error).__mro__
    )


def _in_words(error: BaseException, made: LearnerTask) -> tuple[str, str] | None:
    """Return what was expected and what was found where an error came up that the check had not provided for."""
    if error is made.last_error:
        return "a result", f"it raised {describe_error(error)}"
    if made.line_of(error):
        return "a result that can be used", f"what it returned raised {describe_error(error)}"
    if isinstance(error, NoAnswer | pytest.fail.Exception):
        return "a result that can be used", str(error)
    if isinstance(error, ClientError) or _is_answer(error):
        # The check looked at what the call should have made, and AWS says that it is not so.
        return "what the call should have made", f"AWS answers {describe_error(error)}"
    return None
