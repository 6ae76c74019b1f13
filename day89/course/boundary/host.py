"""Run a submission on its own side of the boundary: load it, call its functions, pass its AWS calls to the grader."""

from __future__ import annotations

import math
import os
import socket
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from io import BytesIO
from typing import Any

import boto3
import botocore.exceptions
import botocore.session
from botocore.awsrequest import AWSResponse
from botocore.exceptions import EndpointConnectionError
from botocore.httpsession import URLLib3Session

from day89.botocore_waits import scaled_waits
from day89.course.boundary.carried import stand_in
from day89.course.boundary.codec import decode, encode, encode_error
from day89.course.checks.learner import InProcess, Missing
from day89.course.checks.proxies import InProcessApp, InProcessModel
from day89.course.checks.virtual_clock import CLOCK, SLEEP_SECONDS, late_bound
from day89.course.exercise.submission import Unreadable, line_in, load, read
from day89.processes.channel import Broken, Wire

__all__ = ["Host", "fresh_session", "run"]

POLL_SECONDS, LEAST_SECONDS = 0.05, 0.001  # of a waiter: where instances run, and where nothing changes by itself


class Host:
    """The submission's side of the boundary, which answers the grader until the grader hangs up.

    Args:
        calls: questions and answers.
        aws: the submission's AWS requests and connections.
    """

    def __init__(self, calls: Wire, aws: Wire) -> None:
        self.calls = calls
        self.aws = aws
        self.side: InProcess | None = None
        self.handles: list[Any] = []
        self.clients: dict[tuple[Any, ...], Any] = {}
        self.lock = threading.Lock()
        self.patient = False

    def serve(self) -> None:
        """Answer one question after the other."""
        while True:
            try:
                question, _ = self.calls.receive()
            except Broken:
                return
            self.calls.send(self.answer(question))

    def answer(self, question: dict[str, Any]) -> dict[str, Any]:
        """Do what one question asks for, and put what comes of it into plain data."""
        try:
            return {"value": encode(getattr(self, f"do_{question['do']}")(question), self._handle)}
        except Unreadable as error:
            return {"unreadable": str(error)}
        except Missing as error:
            return {"missing": str(error)}
        except BaseException as error:  # a submission may raise anything; the grader decides what it means
            return {"error": encode_error(error), "line": self._line(error), "stub": self._stub(error)}

    def do_load(self, question: dict[str, Any]) -> bool:
        """Load the submission."""
        submission = read(question["path"])
        with late_bound():
            self.side = InProcess(load(submission), submission.path)
        return True

    def do_call(self, question: dict[str, Any]) -> Any:
        """Call a function of the submission."""
        assert self.side is not None
        self.patient = bool(question["patient"])
        os.chdir(question["folder"])
        arguments = tuple(decode(one, self._known) for one in question["arguments"])
        keywords = {name: decode(one, self._known) for name, one in question["keywords"].items()}
        with nullcontext() if self.patient and question["real_time"] else self._clock():
            return self.side.call(question["function"], arguments, keywords)

    def _clock(self) -> AbstractContextManager[None]:
        return CLOCK.running(self._still, longest=math.inf if self.patient else SLEEP_SECONDS)

    def _still(self, seconds: float) -> bool:
        """Ask the grader whether nothing real goes on there; if so, so much is skipped on both sides."""
        answer, _ = self.exchange({"skip": seconds})
        return bool(answer["still"])

    def do_replace(self, question: dict[str, Any]) -> bool:
        """Have functions of the course, which the grader runs, take the place of some of the submission's."""
        assert self.side is not None
        self.side.replace_by(question["functions"], lambda name: stand_in(name, self.calls))
        return True

    def do_model(self, question: dict[str, Any]) -> Any:
        """Make one of the course's models; one that records leaves its predictions to the grader, who counts them."""
        from day89.course.boundary.models import asking_model, plain_model  # heavy: scikit-learn, for exercise 5 only

        kind, seed = question["kind"], question["seed"]
        model = asking_model(kind, seed, self._ask_grader) if question["recording"] else plain_model(kind, seed)
        return InProcessModel(model, kind)

    def do_unpickle(self, question: dict[str, Any]) -> Any:
        """Load the bytes of a model file, as the learner's code would."""
        import joblib  # heavy

        return InProcessModel(joblib.load(BytesIO(decode(question["data"]))))

    def do_ask(self, question: dict[str, Any]) -> Any:
        """Use one verb of a handle."""
        handle, verb = self.handles[question["handle"]], question["verb"]
        if question.get("arguments") is None:
            return getattr(handle, verb)
        answer = getattr(handle, verb)(*decode(question["arguments"]), **decode(question.get("keywords", {})))
        return vars(answer) if verb == "request" else answer

    def _ask_grader(self, rows: Sequence[Any]) -> Any:
        with CLOCK.aside():
            self.calls.send({"predict": encode(rows)})
            answer, _ = self.calls.receive()
        if "refused" in answer:
            raise ValueError(answer["refused"])
        return decode(answer["value"])

    def _handle(self, value: Any) -> Any:
        if not isinstance(value, InProcessApp | InProcessModel):
            return None
        self.handles.append(value)
        kind = {"app": isinstance(value, InProcessApp), "shown": value.shown}
        return {"$": "handle", "id": len(self.handles) - 1, **kind}

    def _known(self, data: dict[str, Any]) -> Any:
        if data["$"] == "handle":
            return self.handles[data["id"]]
        return self._client(data) if data["$"] == "client" else None

    def _client(self, data: dict[str, Any]) -> Any:
        facts = (data["service"], data["region"], *data["credentials"])
        if facts not in self.clients:
            service, region, access_key, secret_key, token = facts
            self.clients[facts] = boto3.client(
                service, region, aws_access_key_id=access_key, aws_secret_access_key=secret_key, aws_session_token=token
            )
        return self.clients[facts]

    def _line(self, error: BaseException) -> int | None:
        return line_in(error, self.side.path) if self.side else None

    def _stub(self, error: BaseException) -> str | None:
        return self.side.stub_of(error) if self.side else None

    def exchange(self, message: dict[str, Any], blob: bytes = b"") -> tuple[dict[str, Any], bytes]:
        """Ask the grader's end of the AWS wire one thing; threads take turns."""
        with CLOCK.aside(), self.lock:
            self.aws.send(message, blob)
            return self.aws.receive()


class _Body(BytesIO):
    def stream(self, amt: int = 65536, **_: Any) -> Iterator[bytes]:
        while chunk := self.read(amt):
            yield chunk


def send_through(host: Host) -> Any:
    """Return what takes the place of botocore's own ``send``: every AWS request goes over the wire."""

    def send(self: URLLib3Session, request: Any) -> AWSResponse:
        body = request.body or b""
        body = body.read() if hasattr(body, "read") else body
        body = body.encode() if isinstance(body, str) else bytes(body)
        headers = {str(name): _text(value) for name, value in request.headers.items()}
        answer, content = host.exchange({"aws": [request.method, request.url, headers]}, body)
        if answer.get("interrupt"):
            raise KeyboardInterrupt
        if "raised" in answer:
            kind = getattr(botocore.exceptions, answer["raised"], EndpointConnectionError)
            raise kind(endpoint_url=request.url, error=answer["text"])
        return AWSResponse(request.url, answer["status"], answer["headers"], _Body(content))

    send.day89_local_cloud = True  # type: ignore[attr-defined]
    return send


def connect_through(host: Host) -> Any:
    """Return what takes the place of ``socket.connect``: the grader connects, and hands the connection over."""

    def connect(self: socket.socket, address: Any) -> None:
        answer, _ = host.exchange({"connect": [str(address[0]), int(address[1])]})
        if "refused" in answer:
            raise ConnectionRefusedError(111, answer["refused"])
        timeout = self.gettimeout()
        os.dup2(answer["descriptors"][0], self.fileno(), inheritable=False)
        os.close(answer["descriptors"][0])
        self.settimeout(timeout)  # whether a socket blocks belongs to the connection, which is another one now

    return connect


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def fresh_session() -> None:
    """Begin a session of boto3 that has read nothing of its surroundings yet, and shares what is parsed already."""
    parsed = boto3._get_default_session()._session.get_component("data_loader")
    session = botocore.session.Session()
    session.register_component("data_loader", parsed)
    boto3.setup_default_session(botocore_session=session)


def run(calls: socket.socket, aws: socket.socket, environment: dict[str, str], folder: str) -> None:
    """Be the submission's process, in its own folder, until the grader hangs up.

    Args:
        calls: connected end of the wire for questions.
        aws: connected end of the wire for AWS requests.
        environment: the whole environment that the submission sees.
        folder: the current folder.
    """
    os.environ.clear()
    os.environ.update(environment)
    tempfile.tempdir = None  # the place of the process that this was forked from: this one may not write there
    os.chdir(folder)
    host = Host(Wire(calls), Wire(aws))
    URLLib3Session.send = send_through(host)  # type: ignore[method-assign]
    socket.socket.connect = connect_through(host)  # type: ignore[method-assign]

    def sleep(seconds: float) -> None:
        time.sleep(min(seconds, POLL_SECONDS if host.patient else LEAST_SECONDS))

    with scaled_waits(sleep, POLL_SECONDS, lambda: host.patient):
        host.serve()
