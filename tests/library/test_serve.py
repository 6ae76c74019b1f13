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
from typing import Any

import pytest
from flask import Flask, request

from day89.errors import UsageError
from day89.inference import Server
from day89.inference import command as serve_command

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
        (b"GET / HTTP/1.1\r\nHost : x\r\n\r\n", 400),
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


def test_it_stops_although_a_client_keeps_its_connection_open() -> None:
    with running(echo()) as (server, thread):
        connection = http.client.HTTPConnection(server.host, server.port)
        connection.request("GET", "/")
        connection.getresponse().read()
        server.stop()
        thread.join(10)
        assert not thread.is_alive()
        connection.close()


def test_when_it_has_stopped_nobody_listens() -> None:
    with running(echo()) as (server, _):
        pass
    with pytest.raises(ConnectionRefusedError):
        talk(server, b"GET / HTTP/1.1\r\n\r\n")


def test_slow_senders_do_not_keep_others_waiting() -> None:
    with running(echo(), threads=2) as (server, _):
        slow = [socket.create_connection((server.host, server.port)) for _ in range(150)]
        for line in slow:
            line.sendall(b"POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nhalf")
        assert b"200 OK" in talk(server, b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n")
        for line in slow:
            line.close()


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


def test_a_checksum_without_a_version_is_refused() -> None:
    with pytest.raises(UsageError, match="name the version"):
        serve_command.run(options("bucket", "name", "--sha256", "00"))
