"""Call a submission that runs in another process, and answer its AWS requests meanwhile: the grader's end."""

from __future__ import annotations

import contextlib
import math
import os
import select
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

from day89.course.boundary.carried import answer_carried, client_facts
from day89.course.boundary.codec import decode, decode_error, encode, encode_error
from day89.course.boundary.remote_cloud import ask_cloud, connect, connection_of
from day89.course.boundary.remote_proxies import RemoteApp, RemoteModel
from day89.course.boundary.spawn import SubmissionProcess, SubmissionSession
from day89.course.checks.learner import Gone, Missing, RunnerFault
from day89.course.checks.proxies import Model, NoAnswer
from day89.course.exercise.submission import Unreadable
from day89.processes.channel import Broken
from day89.processes.stopwatch import Stopwatch, stretched

__all__ = ["Remote"]

OUTPUT_KEPT = 64 * 1024
CALLS_ALLOWED = 20_000
LOAD_SECONDS = 20.0
OWN_SHARE = 0.9  # of a check's limit: this side gives up a little before whoever watches this process does
WALL = 30.0  # times that by the clock on the wall
# What taking an answer apart may raise where its maker did not keep to its form.
HOSTILE = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError)


class Remote:
    """A runner that keeps a submission in another process; a new process takes over where one had to be killed.

    Args:
        session: spawns the processes.
        path: the file, or a readable copy of it, inside ``folder``.
        folder: the folder that the submission may use.
        environment: the AWS settings that it sees.
    """

    def __init__(self, session: SubmissionSession, path: Path, folder: Path, environment: dict[str, str]) -> None:
        self.session, self.path, self.folder, self.environment = session, path, folder, environment
        self.deadline = time.monotonic() + LOAD_SECONDS
        self.seconds = LOAD_SECONDS
        self.clock = Stopwatch(os.getppid())  # the server, below which this process and the submission's are
        self.cloud: Any = None
        self.process: SubmissionProcess | None = None
        self.models: dict[int, Any] = {}
        self.printed = bytearray()
        self.interrupted = False
        self.patient = False
        self.real_time = False
        self.on_skip: Callable[[float], None] = lambda seconds: None
        self.carried: tuple[str, ...] = ()
        self._reader: Remote | None = None

    def call(self, function: str, arguments: tuple[Any, ...], keywords: dict[str, Any]) -> Any:
        """Call a function of the submission.

        Raises:
            Missing: there is no such function.
            Gone: it did not return in time, or its process ended.
        """
        sent = [encode(one, _special) for one in arguments]
        named = {name: encode(one, _special) for name, one in keywords.items()}
        question = {"do": "call", "function": function, "arguments": sent, "keywords": named}
        return self._exchange(
            {**question, "patient": self.patient, "real_time": self.real_time, "folder": str(self._current_folder())}
        )

    def _current_folder(self) -> Path:
        here = Path.cwd()
        return here if here.is_relative_to(self.folder) else self.folder

    def model(self, kind: str, seed: int, recording: bool) -> Model:
        """Make one of the course's models on the submission's side."""
        handle: RemoteModel = self._exchange({"do": "model", "kind": kind, "seed": seed, "recording": recording})
        handle.kind, handle.shown = kind, f"<{kind} model>"
        if recording:
            from day89.course.checks.models import make_model  # heavy: scikit-learn, for exercise 5 only

            handle.recorder = self.models[0] = make_model(kind, seed, recording=True)
        return handle

    def unpickled(self, data: bytes) -> Model:
        """Load what the submission saved, in another process that holds no line of it: only the bytes can speak.

        Raises:
            NoAnswer: joblib cannot read it.
        """
        self._reader = reader = Remote(self.session, self.path, self.folder, self.environment)
        reader.process = self.session.spawn(self.folder, self.environment)
        reader.begin(self.seconds)
        try:
            handle: RemoteModel = reader._exchange({"do": "unpickle", "data": encode(data)})
        except Exception as error:
            raise NoAnswer(f"joblib.load raised {type(error).__name__}: {error}") from None
        return handle

    def stub_of(self, error: BaseException) -> str | None:
        """Return the function whose stub raised a NotImplementedError."""
        stub: str | None = getattr(error, "submission_stub", None)
        return stub

    def ask(self, handle: int, verb: str, arguments: Any = None, keywords: Any = None) -> Any:
        """Use one verb of a handle.

        Raises:
            NoAnswer: it could not do that.
        """
        question: dict[str, Any] = {"do": "ask", "handle": handle, "verb": verb}
        if arguments is not None:
            question |= {"arguments": encode(arguments), "keywords": encode(keywords or {})}
        try:
            return self._exchange(question)
        except Exception as error:
            raise NoAnswer(str(error)) from None

    def begin(self, seconds: float) -> None:
        """Begin a check; give up a little before whoever watches this process does."""
        self.seconds, self.deadline = seconds, time.monotonic() + OWN_SHARE * seconds
        self.clock.restart()
        self.cloud, self.patient = None, False
        self.models.clear()
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def replace(self, functions: Sequence[str]) -> None:
        """Have the course's own functions, which run in this process, take the place of some of the submission's."""
        if tuple(functions) != self.carried:
            self.carried = tuple(functions)
            if self.process is not None:  # else it is told when it starts
                self._exchange({"do": "replace", "functions": list(functions)})

    def meet(self, cloud: Any, patient: bool) -> None:
        """Meet the cloud of the check: its instances are all that can be connected to."""
        self.cloud, self.patient = cloud, patient

    def load(self) -> None:
        """Start the process and load the submission.

        Raises:
            Unreadable: it cannot be imported.
            Gone: its import did not end, or ended the process.
        """
        self._running()

    def close(self) -> None:
        """End the submission's process."""
        self._end()

    def _end(self) -> dict[str, Any]:
        """End the process; return what it took."""
        process, self.process = self.process, None
        with contextlib.suppress(Broken):
            return process.end() if process is not None else {}
        return {}

    def _exchange(self, question: dict[str, Any]) -> Any:
        process = self._running()
        try:
            answer = self._converse(process, question)
        except (Gone, KeyboardInterrupt):
            raise
        except Exception as error:
            raise RunnerFault(f"the boundary broke: {type(error).__name__}: {error}") from error
        return self._result(answer)

    def _running(self) -> SubmissionProcess:
        if self.process is None:
            self.process = self.session.spawn(self.folder, self.environment, [self.path])
            question = {"do": "load", "path": str(self.path)}
            self._result(self._converse(self.process, question, LOAD_SECONDS))
            if self.carried:
                told = {"do": "replace", "functions": list(self.carried)}
                self._result(self._converse(self.process, told, LOAD_SECONDS))
        return self.process

    def _converse(
        self, process: SubmissionProcess, question: dict[str, Any], seconds: float | None = None
    ) -> dict[str, Any]:
        """Ask one question, and answer what is asked meanwhile; ``seconds`` None is what is left of the check's."""
        self.interrupted, asked = False, 0
        until = None if seconds is None else time.monotonic() + seconds
        try:
            process.calls.send(question)
            while True:
                for ready in self._wait(process, until):
                    if ready == process.output:
                        self._drain(process)
                    elif ready is process.aws:
                        asked += 1
                        self._serve(process, asked)
                    else:
                        answer, _ = process.calls.receive()
                        if "carried" in answer:
                            process.calls.send(self._carry(answer))
                        elif "predict" in answer:
                            process.calls.send(self._predict(answer))
                        else:
                            return answer
        except Broken as error:
            return self._give_up(f"its process ended before it answered ({error}){self._last_words(process)}")

    def _wait(self, process: SubmissionProcess, until: float | None) -> list[Any]:
        sources: list[Any] = [process.calls, process.aws]
        if process.output >= 0:
            sources.append(process.output)
        ready, _, _ = select.select(sources, [], [], max(0.0, (until or self.deadline) - time.monotonic()))
        while not ready and until is None and (left := self._left()) > 0:
            ready, _, _ = select.select(sources, [], [], left)
        if not ready:
            self._give_up(f"it was still running after {self.seconds:g} seconds", timed_out=True)
        return ready

    def _left(self) -> float:
        """Return how long the submission may go on: what others hold the processors meanwhile is not its time."""
        return self.clock.left(OWN_SHARE * self.seconds, OWN_SHARE * WALL * self.seconds)

    def _give_up(self, what: str, timed_out: bool = False) -> NoReturn:
        ended = self._end()
        if ended.get("excess"):
            what = f"its process was ended, because it took {ended['excess']}"
        raise Gone(what, timed_out)

    def _last_words(self, process: SubmissionProcess) -> str:
        """Return the end of what it printed, where a submission's process ends by itself."""
        while process.output >= 0 and select.select([process.output], [], [], 0)[0]:
            self._drain(process)
        lines = self.printed.decode("utf-8", "replace").strip().splitlines()
        return f"; it printed: {lines[-1][:200]}" if lines else ""

    def _drain(self, process: SubmissionProcess) -> None:
        data = os.read(process.output, 1 << 16)
        self.printed += data[: max(0, OUTPUT_KEPT - len(self.printed))]
        if not data:  # it has closed its output
            process.close_output()

    def _result(self, answer: dict[str, Any]) -> Any:
        if "unreadable" in answer:
            self.close()
            raise Unreadable(str(answer["unreadable"]))
        if "missing" in answer:
            raise Missing(str(answer["missing"]))
        if "error" in answer:
            raise self._error(answer)
        try:
            return decode(answer.get("value"), self._known)
        except HOSTILE as error:
            raise Gone(f"it answered with something that is no value ({error})") from None

    def _error(self, answer: dict[str, Any]) -> BaseException:
        try:
            names = [str(name) for name in answer["error"].get("names", [])]
            error = decode_error(answer["error"])
        except HOSTILE as problem:
            return Gone(f"it answered with something that is no error ({problem})")
        if self.interrupted and names[:1] == ["KeyboardInterrupt"]:
            return KeyboardInterrupt()
        if any(name in ("SystemExit", "KeyboardInterrupt", "GeneratorExit") for name in names):
            return Gone(f"it raised {names[0]}, which ends a program")
        line, stub = answer.get("line"), answer.get("stub")
        error.submission_line = line if isinstance(line, int) else None  # type: ignore[attr-defined]
        error.submission_stub = stub if isinstance(stub, str) else None  # type: ignore[attr-defined]
        return error

    def _known(self, data: dict[str, Any]) -> Any:
        if data.get("$") != "handle":
            return None
        made = RemoteApp(self, int(data["id"])) if data.get("app") else RemoteModel(self, int(data["id"]))
        made.shown = str(data.get("shown", made.shown))[:60]
        return made

    def _predict(self, question: dict[str, Any]) -> dict[str, Any]:
        try:
            return {"value": encode(self.models[0].predict(decode(question["predict"])).tolist())}
        except Exception as error:
            return {"refused": str(error)[:500]}

    def _carry(self, question: dict[str, Any]) -> dict[str, Any]:
        try:
            answer = answer_carried(question, self.carried)
        except HOSTILE as error:
            return {"error": encode_error(TypeError(str(error)))}
        self.interrupted = self.interrupted or "KeyboardInterrupt" in answer.get("error", {}).get("names", [])
        return answer

    def _serve(self, process: SubmissionProcess, asked: int) -> None:
        message, body = process.aws.receive()
        if asked > CALLS_ALLOWED:
            self._give_up(f"it had made {CALLS_ALLOWED} calls to AWS, and went on")
        if target := connection_of(message):
            connect(process.aws, *target, self._is_instance(target[0]))
            return
        if "skip" in message:
            process.aws.send({"still": self._skip(message["skip"])})
            return
        answer, content = ask_cloud(message, body)
        self.interrupted = self.interrupted or "interrupt" in answer
        process.aws.send(answer, content)

    def _skip(self, seconds: Any) -> bool:
        """Let so much time pass at once where nothing real goes on; the check is charged for it."""
        if not isinstance(seconds, float) or not 0 <= seconds < math.inf:
            return False
        if self.patient and not self.cloud.instances.still():
            return False
        self.deadline -= seconds / stretched(1.0)
        self.clock.skip(seconds / stretched(1.0))
        self.on_skip(seconds)
        return True

    def _is_instance(self, host: str) -> bool:
        return self.patient and any(host == instance.address for instance in list(self.cloud.instances))


def _special(value: Any) -> Any:
    if isinstance(value, RemoteModel | RemoteApp):
        return {"$": "handle", "id": value.id}
    return client_facts(value)
