"""The server under the app: problems also for what the app never sees, and an orderly end."""

from __future__ import annotations

import http.client
import json
import signal
import socket
import subprocess
import sys
import textwrap
import threading
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask, request

from day89.errors import UsageError
from day89.inference import ModelBusyError, ServedModel, Server, listener
from day89.inference import command as serve_command
from day89.inference import server as server_module
from day89.models import Manifest

PROGRAM = """
    import sys
    from argparse import ArgumentParser

    import numpy
    from sklearn.dummy import DummyClassifier

    from day89 import models
    from day89.cloud import local
    from day89.inference import command as serve_command

    class Slow(DummyClassifier):
        def predict(self, rows):
            if len(rows) == 3:
                print("in flight", flush=True)
                sys.stdin.readline()
            return super().predict(rows)

    with local() as cloud:
        s3 = cloud.client("s3")
        s3.create_bucket(Bucket="serve-bucket")
        model = Slow(strategy="constant", constant="a").fit(numpy.array([[0.0], [1.0]]), ["a", "b"])
        models.publish_model(s3, model, "serve-bucket", "slow")
        parser = ArgumentParser()
        serve_command.configure(parser)
        status = serve_command.run(parser.parse_args(sys.argv[1:]))
        for entry in s3.list_objects_v2(Bucket="serve-bucket", Prefix="predictions/").get("Contents", []):
            print(s3.get_object(Bucket="serve-bucket", Key=entry["Key"])["Body"].read().decode(), end="")
        sys.exit(status)
"""


@contextmanager
def running(app: Flask, **options: Any) -> Iterator[tuple[Server, threading.Thread]]:
    server = Server(app, port=0, **options)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield server, thread
    finally:
        server.stop()
        thread.join()


def echo() -> Flask:
    app = Flask("echo")
    app.add_url_rule("/", view_func=lambda: {"length": len(request.get_data())}, methods=["GET", "POST"])
    return app


def talk(server: Server, *parts: bytes) -> bytes:
    """Send raw bytes and return all that comes back."""
    with socket.create_connection((server.host, server.port)) as line:
        for part in parts:
            line.sendall(part)
        return b"".join(iter(lambda: line.recv(65536), b""))


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"nonsense\r\n\r\n", 400),
        (b"G@T / HTTP/1.1\r\n\r\n", 400),
        (b"get / HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/2.0\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost : x\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: x\rA: b\r\n\r\n", 400),
        (b"GET http://[::1 HTTP/1.1\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: " + b"1" * 5000 + b"\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 99999\r\n\r\n", 413),
        (b"GET / HTTP/1.1\r\nX: " + b"x" * 40_000 + b"\r\n\r\n", 431),
        # heads that are not complete, and never will be
        (b"nonsense\r\n", 400),
        (b"GET / HTTP/1.1\nHost: x\n\n", 400),
        (b"GET / HTTP/1.1\r\nHost: x\rA: b", 400),
        (b"\x16\x03\x01\x02\x00\x01", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nContent-Length: 99999\r\n\r\n", 413),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
    ],
)
def test_what_the_app_never_sees_is_a_problem_too(sent: bytes, status: int) -> None:
    with running(echo(), body_bytes=1000) as (server, _):
        head, _, body = talk(server, sent).partition(b"\r\n\r\n")
    assert int(head.split()[1]) == status
    assert b"application/problem+json" in head
    assert json.loads(body)["status"] == status
    assert json.loads(body)["detail"]


def test_a_malformed_request_does_not_disturb_a_model_that_the_loop_answers() -> None:
    app = echo()
    app.extensions["day89.is_quick"] = lambda asked: asked.path == "/"
    with running(app) as (server, _):
        assert talk(server, b"G@T / HTTP/1.1\r\n\r\n").startswith(b"HTTP/1.0 400")


def test_a_head_that_comes_byte_by_byte_is_a_good_one() -> None:
    sent = b"\r\nGET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    with running(echo()) as (server, _):
        assert b"200 OK" in talk(server, *(sent[place : place + 1] for place in range(len(sent))))


@pytest.mark.parametrize("length", [b"", b"Content-Length: 0\r\n"])
def test_a_client_that_expects_to_continue_without_a_body_gets_its_answer(length: bytes) -> None:
    sent = b"POST / HTTP/1.1\r\nExpect: 100-continue\r\nConnection: close\r\n" + length + b"\r\n"
    with running(echo()) as (server, _):
        assert talk(server, sent).startswith(b"HTTP/1.1 200")


def test_a_client_that_expects_to_continue_with_a_body_is_told_to() -> None:
    head = b"POST / HTTP/1.1\r\nExpect: 100-continue\r\nConnection: close\r\nContent-Length: 3\r\n\r\n"
    with running(echo()) as (server, _), socket.create_connection((server.host, server.port)) as line:
        line.sendall(head)
        assert line.recv(25) == b"HTTP/1.1 100 Continue\r\n\r\n"
        line.sendall(b"abc")
        assert b'{"length":3}' in b"".join(iter(lambda: line.recv(65536), b""))


def test_a_body_that_is_refused_while_it_is_sent_gets_its_answer_and_no_reset(long_end: None) -> None:
    head = b"POST / HTTP/1.1\r\nContent-Length: 30000000\r\n\r\n"
    with running(echo(), body_bytes=1000) as (server, _):
        assert talk(server, head, *[b"x" * 1_000_000] * 30).startswith(b"HTTP/1.1 413")


@pytest.mark.parametrize(("limit", "length", "status"), [(40 << 20, 20 << 20, b"200"), (1 << 20, 20 << 20, b"413")])
def test_the_server_reads_what_the_app_reads(long_end: None, limit: int, length: int, status: bytes) -> None:
    app = echo()
    app.extensions["day89.body_bytes"] = limit
    head = b"POST / HTTP/1.1\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % length
    with running(app) as (server, _):
        assert talk(server, head, b"x" * length).split()[1] == status


def test_requests_in_flight_are_answered_when_it_stops() -> None:
    entered, release = threading.Event(), threading.Event()
    app = Flask("slow")

    @app.get("/")
    def slow() -> str:
        entered.set()
        release.wait()
        return "answered"

    with running(app) as (server, thread):
        connection = http.client.HTTPConnection(server.host, server.port)
        connection.request("GET", "/")
        entered.wait()
        server.stop()
        thread.join(0.5)
        assert thread.is_alive(), "it left while a request was in flight"
        release.set()
        answer = connection.getresponse()
        assert answer.read() == b"answered"
        connection.close()
        thread.join()


def test_requests_that_wait_for_a_thread_are_answered_when_it_stops() -> None:
    entered, release = threading.Event(), threading.Event()
    app = Flask("slow")

    @app.get("/")
    def slow() -> str:
        entered.set()
        release.wait()
        return "answered"

    with running(app, threads=1) as (server, _):
        connections = [http.client.HTTPConnection(server.host, server.port) for _ in range(5)]
        for connection in connections:
            connection.request("GET", "/")
        entered.wait()
        server.stop()
        release.set()
        answers = [connection.getresponse() for connection in connections]
        assert [answer.read() for answer in answers] == [b"answered"] * 5
        assert all(answer.headers["Connection"] == "close" for answer in answers[1:])
        for connection in connections:
            connection.close()


def test_requests_that_came_at_once_are_all_answered_when_it_stops() -> None:
    entered, release = threading.Event(), threading.Event()
    app = Flask("slow")

    @app.get("/")
    def slow() -> str:
        entered.set()
        release.wait()
        return "answered"

    with running(app) as (server, _), socket.create_connection((server.host, server.port)) as line:
        line.sendall(b"GET / HTTP/1.1\r\n\r\n" * 3)
        entered.wait()
        server.stop()
        release.set()
        answers = b"".join(iter(lambda: line.recv(65536), b"")).split(b"HTTP/1.1 200 OK")[1:]
    assert [b"Connection: close" in answer for answer in answers] == [False, False, True]


def ask_until_refused(server: Server, keep: bool, statuses: list[int], errors: list[str]) -> None:
    """Ask again and again; note what goes wrong before the server cannot be reached any more."""
    connection = http.client.HTTPConnection(server.host, server.port)
    while True:
        try:
            connection.request("POST", "/", b"x" * 100)
            answer = connection.getresponse()
            answer.read()
            statuses.append(answer.status)
            if not keep:
                connection.close()
        except ConnectionRefusedError:
            return
        except Exception as error:
            errors.append(repr(error))
            connection.close()


@pytest.mark.parametrize("quick", [True, False])
def test_stopping_under_load_resets_and_drops_nothing(long_end: None, quick: bool) -> None:
    app = echo()
    app.extensions["day89.is_quick"] = lambda asked: quick
    with running(app) as (server, _):
        statuses: list[int] = []
        errors: list[str] = []
        clients = [
            threading.Thread(target=ask_until_refused, args=(server, number % 2 == 0, statuses, errors))
            for number in range(12)
        ]
        for client in clients:
            client.start()
        while len(statuses) < 100 and not errors:
            threading.Event().wait(0.001)
        server.stop()
        for client in clients:
            client.join()
    assert errors == []
    assert set(statuses) == {200}


def test_a_connection_that_waits_to_be_accepted_is_answered_when_it_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "SETTLE_SECONDS", -1.0)
    server = Server(echo(), port=0)
    with socket.create_connection((server.host, server.port)) as line:
        line.sendall(b"GET / HTTP/1.1\r\n\r\n")
        server.stop()  # before its loop has ever turned
        server.run()
        assert line.recv(65536).startswith(b"HTTP/1.1 200")


def test_a_body_that_is_still_coming_is_waited_for_when_it_stops(long_end: None) -> None:
    with running(echo()) as (server, thread), socket.create_connection((server.host, server.port)) as line:
        line.sendall(b"POST / HTTP/1.1\r\nContent-Length: 6\r\n\r\nabc")
        while not any(channel.request for channel in list(server._listener.active_channels.values())):
            threading.Event().wait(0.001)
        server.stop()
        thread.join(0.3)
        line.sendall(b"def")
        assert b'{"length":6}' in b"".join(iter(lambda: line.recv(65536), b""))


def test_a_client_that_does_not_take_its_answer_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    app = Flask("long")
    app.add_url_rule("/", view_func=lambda: b"x" * 20_000_000)
    server = Server(app, port=0)
    thread = threading.Thread(target=server.run, args=(0.2,))
    thread.start()
    with socket.create_connection((server.host, server.port)) as line:
        line.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert line.recv(1)
        server.stop()
        thread.join(10)
        assert not thread.is_alive()


@pytest.fixture
def long_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give clients time, for this machine may be busy."""
    monkeypatch.setattr(listener, "END_SECONDS", 600.0)
    monkeypatch.setattr(listener, "SILENT_SECONDS", 600.0)


@pytest.fixture
def brief_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener, "END_SECONDS", 0.05)


def test_it_stops_although_a_client_keeps_its_connection_open(brief_end: None) -> None:
    with running(echo()) as (server, thread):
        connection = http.client.HTTPConnection(server.host, server.port)
        connection.request("GET", "/")
        connection.getresponse().read()
        server.stop()
        thread.join(10)
        assert not thread.is_alive()
        connection.close()


def test_it_stops_although_a_client_goes_on_sending_what_nobody_reads(brief_end: None) -> None:
    with (
        running(echo(), body_bytes=10) as (server, thread),
        socket.create_connection((server.host, server.port)) as line,
    ):
        line.sendall(b"POST / HTTP/1.1\r\nContent-Length: 99\r\n\r\n")
        assert line.recv(65536)
        server.stop()
        thread.join(10)
        assert not thread.is_alive()


def test_when_it_has_stopped_nobody_listens() -> None:
    with running(echo()) as (server, _):
        pass
    with pytest.raises(ConnectionRefusedError):
        talk(server, b"GET / HTTP/1.1\r\n\r\n")


def test_stopping_twice_is_no_error() -> None:
    with running(echo()) as (server, thread):
        server.stop()
        thread.join()
        server.stop()


@pytest.mark.parametrize("sent", [b"", b"POST / HTTP/1.1\r\n", b"POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nhalf"])
@pytest.mark.parametrize("limit", [None, 20])
def test_many_slow_clients_do_not_keep_others_waiting(brief_end: None, sent: bytes, limit: int | None) -> None:
    """With room for all of them, and where those that have waited longest must make room."""
    with running(echo(), threads=2) as (server, _):
        server._listener.limit = limit or server._listener.limit
        slow = [socket.create_connection((server.host, server.port)) for _ in range(150)]
        for line in slow:
            line.sendall(sent)
        assert b"200 OK" in talk(server, b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n")
        open_now = len(server._listener.active_channels)
        assert open_now <= limit if limit else open_now >= 150
        for line in slow:
            line.close()


def test_a_request_that_is_worked_on_never_makes_room() -> None:
    entered, release = threading.Event(), threading.Event()
    app = Flask("slow")

    @app.get("/")
    def slow() -> str:
        entered.set()
        release.wait()
        return "answered"

    with running(app) as (server, _), socket.create_connection((server.host, server.port)) as first:
        server._listener.limit = 1
        first.sendall(b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n")
        entered.wait()
        others = [socket.create_connection((server.host, server.port)) for _ in range(5)]
        release.set()
        assert b"answered" in b"".join(iter(lambda: first.recv(65536), b""))
        for line in others:
            line.close()


def test_a_silent_client_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener, "SILENT_SECONDS", 0.05)
    with running(echo()) as (server, _):
        assert talk(server) == b""


@contextmanager
def serving(folder: Path, *arguments: str) -> Iterator[tuple[Any, int]]:
    """Run ``day89 serve`` in a process that has a local cloud of its own; yield it and its port."""
    command = [sys.executable, "-c", textwrap.dedent(PROGRAM), "serve-bucket", "slow", *arguments, "--port", "0"]
    command += ["--log-bucket", "serve-bucket", "--spool", str(folder), "--log-seconds", "3600", "--poll", "0.05"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            port = int(process.stdout.readline().rpartition(":")[2])  # type: ignore[union-attr]
            yield process, port
        finally:
            process.kill()


def ask(port: int, rows: int = 1) -> http.client.HTTPConnection:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    body = json.dumps({"features": [[0.0]] * rows})
    connection.request("POST", "/predict", body, {"Content-Type": "application/json"})
    return connection


def answer_of(connection: http.client.HTTPConnection) -> Any:
    answer = connection.getresponse()
    text = json.loads(answer.read())
    connection.close()
    return text


def test_sigterm_answers_what_is_in_flight_and_sends_the_whole_log(tmp_path: Path) -> None:
    with serving(tmp_path, "v1") as (process, port):
        ids = [answer_of(ask(port))["id"] for _ in range(5)]
        last = ask(port, rows=3)
        assert process.stdout.readline() == "in flight\n"
        process.send_signal(signal.SIGTERM)
        process.stdin.write("go on\n")
        process.stdin.flush()
        ids.append(answer_of(last)["id"])
        logged = [json.loads(line)["answer"]["id"] for line in process.stdout]
        assert process.wait() == 0
    assert logged == ids
    assert list(tmp_path.glob("*/*.jsonl")) == []


def test_sigkill_leaves_every_answered_request_on_the_disk(tmp_path: Path) -> None:
    with serving(tmp_path, "1") as (process, port):
        ids = [answer_of(ask(port))["id"] for _ in range(5)]
        process.kill()
        process.wait()
    (path,) = tmp_path.glob("*/*.jsonl")
    assert [json.loads(line)["answer"]["id"] for line in path.read_text().splitlines()] == ids


def test_without_a_version_it_follows_the_pointer(tmp_path: Path) -> None:
    with serving(tmp_path) as (_, port):
        status = 503
        while status == 503:
            connection = http.client.HTTPConnection("127.0.0.1", port)
            connection.request("GET", "/ready")
            answer = connection.getresponse()
            status, body = answer.status, json.loads(answer.read())
            connection.close()
    assert body == {"status": "ready", "model": "slow", "version": 1}


def options(*arguments: str) -> Any:
    parser = ArgumentParser()
    serve_command.configure(parser)
    return parser.parse_args(arguments)


@pytest.mark.parametrize("version", ["latest", "v", "0", "-1", "1.5", "v03x"])
def test_a_version_that_is_no_number_is_refused(version: str) -> None:
    with pytest.raises(UsageError, match="not a number"):
        serve_command.run(options("--", "bucket", "name", version))


def test_a_model_that_is_slow_when_it_starts_is_tried_again_while_it_serves(monkeypatch: pytest.MonkeyPatch) -> None:
    loads = iter([ModelBusyError("slow")])
    loaded = threading.Event()

    def load(*_: Any, **__: Any) -> Any:
        for error in loads:
            raise error
        loaded.set()
        return ServedModel(Manifest("m", 1, (), 1, ("x",), "regressor"), "joblib", lambda rows: [])

    def serve(*_: Any, on_start: Any, on_stop: Any, **__: Any) -> None:
        on_start(SimpleNamespace(host="127.0.0.1", port=1))
        loaded.wait()
        on_stop()

    monkeypatch.setattr(serve_command, "make_client", lambda *_: None)
    monkeypatch.setattr(serve_command, "load_served", load)
    monkeypatch.setattr(serve_command, "serve", serve)
    assert serve_command.run(options("bucket", "m", "v1", "--poll", "0.01")) == 0


def test_a_checksum_without_a_version_is_refused() -> None:
    with pytest.raises(UsageError, match="name the version"):
        serve_command.run(options("bucket", "name", "--sha256", "00"))
