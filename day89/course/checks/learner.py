"""Call the learner's functions for the checks, and describe what happened.

A *side* is where the submission runs. ``InProcess`` is this process; another one may stand across a process boundary
and has the same face: plain values, paths, clients and handles go in, plain values and handles come out.
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar, Protocol

from day89.course.checks.breakpoints import BreakpointReached
from day89.course.checks.course_functions import course_function
from day89.course.checks.diagnosis import NoRequests
from day89.course.checks.expectations import NotStarted, Wrong, describe_call, describe_error, show
from day89.course.checks.proxies import App, InProcessApp, InProcessModel, Model, NoAnswer
from day89.course.exercise.submission import line_in

__all__ = ["Gone", "InProcess", "LearnerTask", "Missing", "Runner", "RunnerFault"]


class Missing(Exception):
    """The submission has no such function."""


class RunnerFault(Exception):
    """The machinery between a check and the submission is broken: never the learner's fault."""


class Gone(Exception):
    """The submission's side did not answer: it is too slow, or has ended.

    Attributes:
        timed_out: it was too slow.
    """

    def __init__(self, message: str, timed_out: bool = False) -> None:
        super().__init__(message)
        self.timed_out = timed_out


class Runner(Protocol):
    """Where a submission runs."""

    path: Path

    def call(self, function: str, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        """Call a function of the submission; its errors come out as they are, or as ``Exception`` subclasses alike.

        Raises:
            Missing: there is no such function.
        """

    def model(self, kind: str, seed: int, recording: bool) -> Model:
        """Make one of the course's models where the submission can use it."""

    def unpickled(self, data: bytes) -> Model:
        """Load what the submission saved with joblib, where nothing but the submission can be harmed by it."""

    def stub_of(self, error: BaseException) -> str | None:
        """Return the function whose stub raised a NotImplementedError."""

    def begin(self, seconds: float) -> None:
        """Begin a check, which may take so many seconds."""

    def replace(self, functions: Sequence[str]) -> None:
        """Have the course's own functions take the place of these, and the submission's that of all others."""

    def meet(self, cloud: Any, patient: bool) -> None:
        """Meet the cloud of the check; ``patient`` says that instances really run in it."""


class InProcess:
    """A runner that keeps the submission in this process.

    Args:
        module: the loaded submission.
        path: the file that it was loaded from.
    """

    # What comes out of these functions stays on the submission's side, behind a handle.
    HANDLES: ClassVar[dict[str, Callable[[Any], Any]]] = {"create_app": InProcessApp, "load_model": InProcessModel}

    def __init__(self, module: ModuleType, path: Path) -> None:
        self.module = module
        self.path = path
        self._own: dict[str, Any] = {}

    def call(self, function: str, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        """Call a function of the submission.

        Raises:
            Missing: there is no such function.
        """
        learners = getattr(self.module, function, None)
        if not callable(learners):
            raise Missing(function)
        value = learners(*map(_unwrapped, arguments), **{name: _unwrapped(one) for name, one in keywords.items()})
        return self.HANDLES.get(function, _as_it_is)(value)

    def model(self, kind: str, seed: int, recording: bool) -> Model:
        """Make one of the course's models."""
        from day89.course.checks.models import make_model  # heavy: scikit-learn, which only exercise 5 needs

        return InProcessModel(make_model(kind, seed, recording=recording), kind)

    def unpickled(self, data: bytes) -> Model:
        """Load what the submission saved with joblib.

        Raises:
            NoAnswer: joblib cannot read it.
        """
        import joblib  # only exercise 5 needs it

        try:
            return InProcessModel(joblib.load(io.BytesIO(data)))
        except Exception as error:  # whatever the bytes are
            raise NoAnswer(f"joblib.load raised {type(error).__name__}: {error}") from error

    def replace(self, functions: Sequence[str]) -> None:
        """Have the course's own functions take the place of these, and the submission's that of all others."""
        self.replace_by(functions, course_function)

    def replace_by(self, functions: Sequence[str], found: Callable[[str], Callable[..., Any]]) -> None:
        """Replace functions, for whatever the submission calls them from, until the next call of this.

        Args:
            functions: their names.
            found: gives what takes the place of one.
        """
        for name, own in self._own.items():
            if own is None:
                delattr(self.module, name)
            else:
                setattr(self.module, name, own)
        self._own = {name: getattr(self.module, name, None) for name in functions}
        for name in functions:
            setattr(self.module, name, found(name))

    def begin(self, seconds: float) -> None:
        """Begin a check; whoever started this process keeps the time."""

    def meet(self, cloud: Any, patient: bool) -> None:
        """Meet the cloud of the check: it answers every client of this process already."""

    def stub_of(self, error: BaseException) -> str | None:
        """Return the function of the submission that raised the error last."""
        name, trace = None, error.__traceback__
        while trace is not None:
            if trace.tb_frame.f_code.co_filename == str(self.path.resolve()):
                name = trace.tb_frame.f_code.co_name
            trace = trace.tb_next
        return name


def _as_it_is(value: Any) -> Any:
    return value


def _unwrapped(value: Any) -> Any:
    return value.value if isinstance(value, InProcessModel) else value


class LearnerTask:
    """The object that checks call: ``task.list_keys(s3, bucket)`` runs the learner's ``list_keys``.

    Args:
        side: where the submission runs.
        id: id of the check's task, such as ``"1.3"``.
        on_call: told of each call, as text, before it is made.
        asked: tells how many requests AWS has had so far.

    Attributes:
        last_call: the last call as text, such as ``list_keys(s3, 'b-7f3', '')``.
        last_error: what the last call raised, or None; a check that has taken it for an answer sets it to None.
        raised: what the last call raised, or None, whatever a check makes of it.
        last_arguments: its arguments, those by name at the end.
        first_request: how many requests AWS had had before it.
        last_request: how many it had had after it.
        silence: notices where AWS was never asked.
    """

    def __init__(
        self,
        side: Runner,
        id: str = "",
        on_call: Callable[[str], None] | None = None,
        asked: Callable[[], int] = lambda: 0,
    ) -> None:
        self._side = side
        self._on_call = on_call
        self._asked = asked
        self.silence = NoRequests(asked)
        self.id = id
        self.last_call = ""
        self.last_error: BaseException | None = None
        self.raised: BaseException | None = None
        self.last_arguments: tuple[Any, ...] = ()
        self.first_request = self.last_request = 0

    @property
    def path(self) -> Path:
        """Return the file of the submission."""
        return self._side.path

    def __getattr__(self, function: str) -> Callable[..., Any]:
        if function.startswith("_"):
            raise AttributeError(function)

        def call(*arguments: Any, **keywords: Any) -> Any:
            return self._call(function, arguments, keywords)

        return call

    def _call(self, function: str, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        self.last_call, self.last_error = describe_call(function, arguments, keywords), None
        self.raised, self.last_arguments = None, (*arguments, *keywords.values())
        self.first_request = self.last_request = self._asked()
        if self._on_call:
            self._on_call(self.last_call)
        try:
            with self.silence.listening(arguments):
                return self._side.call(function, arguments, keywords)
        except Missing:
            missing = f"none: {self.path.name} has no function {function}; put its stub back with `day89 reset`"
            raise Wrong(called=self.last_call, expected=f"a function {function}", found=missing) from None
        except RunnerFault:
            raise
        except Gone as error:
            wrong = Wrong(called=self.last_call, expected="a result", found=error)
            wrong.timed_out = error.timed_out
            raise wrong from None
        except NotImplementedError as error:
            raise self._not_started(function, error) from None
        except (Exception, KeyboardInterrupt) as error:
            self.last_error = self.raised = error
            raise
        except BreakpointReached as error:
            debug = f"run `day89 debug {self.id}` to stop there with pdb, or take the breakpoint out"
            wrong = Wrong(called=self.last_call, expected="a result", found=f"a breakpoint; {debug}")
            wrong.line, wrong.code = error.line, error.code
            raise wrong from None
        except BaseException as error:
            # SystemExit, or one of pytest's outcomes: a function answers or raises an error, it ends nothing.
            self.raised = error
            found = f"it raised {describe_error(error)}"
            raise Wrong(called=self.last_call, expected="a result", found=found) from None
        finally:
            self.last_request = self._asked()

    def _not_started(self, function: str, error: NotImplementedError) -> Exception:
        stub = self._side.stub_of(error)
        if stub in (None, function):
            return NotStarted(str(error))
        found = f"it needs {stub} first, which is not started ({error})"
        return Wrong(called=self.last_call, expected="a result", found=found)

    def raises(
        self,
        expected: type[BaseException] | tuple[type[BaseException], ...],
        function: str,
        *arguments: Any,
        naming: str | None = None,
        mistake: str | None = None,
        **keywords: Any,
    ) -> BaseException:
        """Call a function that must raise.

        Args:
            expected: the error that the docstring promises, or several.
            function: name of the learner's function.
            arguments: its arguments.
            naming: text that the message of the error must hold, such as the bucket.
            mistake: id of the mistake that another outcome shows, where it is a known one.
            keywords: its keyword arguments.

        Returns:
            The error.

        Raises:
            Wrong: it returned, raised something else, or did not name it.
        """
        kinds = expected if isinstance(expected, tuple) else (expected,)
        promise = " or ".join(kind.__name__ for kind in kinds) + (f" naming {naming!r}" if naming else "")
        try:
            value = self._call(function, arguments, keywords)
        except (NotStarted, Wrong):
            raise
        except kinds as error:
            # The text of a KeyError is the repr of its argument, in which a quote may be escaped.
            if naming and naming not in f"{error}{error.args}{''.join(map(str, error.args))}":
                found = f"it raised {describe_error(error)}"
                raise Wrong(called=self.last_call, expected=promise, found=found, mistake=mistake) from None
            self.last_error = None
            return error
        except Exception as error:
            found = f"it raised {describe_error(error)}"
            raise Wrong(called=self.last_call, expected=promise, found=found, mistake=mistake) from None
        raise Wrong(called=self.last_call, expected=promise, found=f"it returned {show(value)}", mistake=mistake)

    def line_of(self, error: BaseException) -> int | None:
        """Return the line of the submission where an error was raised, or None."""
        return getattr(error, "submission_line", None) or line_in(error, self.path)

    def model(self, kind: str = "penguins", *, seed: int = 0, recording: bool = False) -> Model:
        """Make one of the course's own fitted models, to pass to the learner's functions.

        Args:
            kind: ``"penguins"`` (4 columns, predicts text), ``"digits"`` (3 columns, whole numbers) or
                ``"levels"`` (2 columns, floats), or ``"narrow"`` (2 columns, takes no very large numbers).
            seed: another seed, another model.
            recording: make one whose ``predict_calls`` counts (not one to save).
        """
        return self._side.model(kind, seed, recording)

    def unpickled(self, data: bytes) -> Model:
        """Load bytes that the learner's function saved with joblib; the model stays behind a handle, on their side.

        Args:
            data: what was stored.
        """
        return self._side.unpickled(data)

    def create_app(self, model: Model) -> App:
        """Call the learner's ``create_app``; the app stays behind a handle."""
        app: App = self._call("create_app", (model,), {})
        return app

    def load_model(self, *arguments: Any, **keywords: Any) -> Model:
        """Call the learner's ``load_model``; the model stays behind a handle."""
        model: Model = self._call("load_model", arguments, keywords)
        return model

    def __fspath__(self) -> str:
        return os.fspath(self.path)
