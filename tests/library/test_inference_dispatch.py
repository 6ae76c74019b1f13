"""Which thread answers: the server's own loop where the model is quick, others where it is not."""

from __future__ import annotations

import http.client
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy
import pytest
from sklearn.linear_model import LogisticRegression

from day89.inference import Fixed, Server, create_app, dispatch, served_model
from day89.models import Manifest
from day89.models.manifest import describe

FITTED = LogisticRegression().fit(numpy.array([[0.0, 0.0], [1.0, 1.0]]), [0, 1])
MANIFEST = Manifest(name="tiny", version=1, files=(), **describe(FITTED, None))
BODY = json.dumps({"features": [[0, 0], [1, 1]]})
HEAD = "POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"


class Model:
    """Answer with the first feature, after it has done something."""

    n_features_in_ = 2

    def __init__(self, before: Callable[[], object] = lambda: None) -> None:
        self.before = before

    def predict(self, rows: Any) -> numpy.ndarray:
        self.before()
        return numpy.asarray(rows)[:, 0]


@contextmanager
def serving(model: Model, format: str = "onnx") -> Iterator[tuple[Server, list[bool]]]:
    """Run the app with this model; yield the server, and of each request whether the loop answered it."""
    app, by_loop = create_app(Fixed(served_model(model, MANIFEST, format))), []
    app.before_request(lambda: by_loop.append(threading.current_thread() is loop))
    server = Server(app, port=0)
    loop = threading.Thread(target=server.run)
    loop.start()
    try:
        yield server, by_loop
    finally:
        server.stop()
        loop.join()


def ask(server: Server, path: str = "/predict", method: str = "POST") -> tuple[int, Any]:
    connection = http.client.HTTPConnection(server.host, server.port)
    connection.request(method, path, BODY, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    text = json.loads(answer.read())
    connection.close()
    return answer.status, text


@pytest.fixture(autouse=True)
def limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the outcome one of the rules alone, and not of how busy this machine is."""
    for name in ("QUICK_SECONDS", "LONG_SECONDS", "THREADS_SECONDS"):
        monkeypatch.setattr(dispatch, name, 3600.0)


def test_a_quick_model_is_asked_by_the_loop() -> None:
    with serving(Model()) as (server, by_loop):
        answers = [ask(server)[1]["prediction"] for _ in range(3)]
    assert answers == [[0.0, 1.0]] * 3
    assert by_loop == [True] * 3


def test_a_model_that_waits_for_others_is_not_asked_by_the_loop() -> None:
    with serving(Model(), "joblib") as (server, by_loop):
        assert ask(server)[0] == 200
    assert by_loop == [False]


def test_only_predictions_are_known_to_be_quick() -> None:
    with serving(Model()) as (server, by_loop):
        assert ask(server, "/health", "GET")[0] == 200
    assert by_loop == [False]


@pytest.mark.parametrize("limit", ["QUICK_SECONDS", "LONG_SECONDS"])
def test_a_model_that_turns_out_slow_goes_to_other_threads(limit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatch, limit, 0.0)  # so that any model is slow
    with serving(Model()) as (server, by_loop):
        assert [ask(server)[0] for _ in range(3)] == [200] * 3
    assert by_loop == [True, False, False]


def test_after_a_while_the_loop_tries_it_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatch, "QUICK_SECONDS", 0.0)
    monkeypatch.setattr(dispatch, "THREADS_SECONDS", 0.0)
    with serving(Model()) as (server, by_loop):
        assert [ask(server)[0] for _ in range(3)] == [200] * 3
    assert by_loop == [True] * 3


def test_a_model_that_was_slow_does_not_hold_up_the_health_check(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatch, "QUICK_SECONDS", 0.0)
    entered, release = threading.Event(), threading.Event()
    model = Model()
    with serving(model) as (server, _):
        ask(server)
        model.before = lambda: (entered.set(), release.wait())
        waiting = threading.Thread(target=ask, args=(server,))
        waiting.start()
        entered.wait()
        assert ask(server, "/health", "GET") == (200, {"status": "ok"})
        release.set()
        waiting.join()


def test_requests_that_come_at_once_on_one_connection_are_answered_in_order() -> None:
    bodies = [json.dumps({"features": [[number, 0]]}) for number in range(5)]
    sent = "".join(f"{HEAD}Content-Length: {len(body)}\r\n\r\n{body}" for body in bodies)
    last = f"{HEAD}Connection: close\r\nContent-Length: 0\r\n\r\n"
    with serving(Model()) as (server, _), socket.create_connection((server.host, server.port)) as line:
        line.sendall((sent + last).encode())
        answers = b"".join(iter(lambda: line.recv(65536), b"")).split(b"HTTP/1.1 ")[1:]
    found = [json.loads(answer.partition(b"\r\n\r\n")[2]) for answer in answers]
    assert [answer["prediction"][0] for answer in found[:5]] == [0, 1, 2, 3, 4]
    assert found[5]["status"] == 400


def test_a_request_that_has_come_is_answered_by_the_loop_although_it_stops() -> None:
    entered, release = threading.Event(), threading.Event()
    model = Model(lambda: (entered.set(), release.wait()))
    with serving(model) as (server, _):
        answers: list[tuple[int, Any]] = []
        asking = threading.Thread(target=lambda: answers.append(ask(server)))
        asking.start()
        entered.wait()
        server.stop()
        release.set()
        asking.join()
    assert [status for status, _ in answers] == [200]


def test_more_requests_than_threads_is_nothing_to_warn_of(caplog: pytest.LogCaptureFixture) -> None:
    release = threading.Event()
    with serving(Model(release.wait), "joblib") as (server, _):
        asking = [threading.Thread(target=ask, args=(server,)) for _ in range(12)]
        for thread in asking:
            thread.start()
        while len(server._listener.active_channels) < 12:
            threading.Event().wait(0.001)
        release.set()
        for thread in asking:
            thread.join()
    assert "queue" not in caplog.text
