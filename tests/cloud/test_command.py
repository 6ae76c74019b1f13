"""``day89 cloud`` prints what to paste, answers, and leaves nothing behind."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator

import boto3
import pytest

from day89 import cli


@pytest.fixture
def started() -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "day89", "cloud", "--port", "0", "--no-instances", "--trace"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    yield process
    process.kill()
    process.communicate()


def variables(process: subprocess.Popen[str]) -> dict[str, str]:
    assert process.stdout is not None
    lines = [process.stdout.readline() for _ in range(6)]
    return dict(re.findall(r"^export (\w+)=(\S+)$", "".join(lines), re.MULTILINE))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_cloud_answers_what_it_printed_and_goes(started: subprocess.Popen[str], number: signal.Signals) -> None:
    env = variables(started)
    client = boto3.client(
        "s3",
        endpoint_url=env["AWS_ENDPOINT_URL"],
        region_name=env["AWS_DEFAULT_REGION"],
        aws_access_key_id=env["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=env["AWS_SECRET_ACCESS_KEY"],
    )
    client.create_bucket(Bucket="some-bucket")
    started.send_signal(number)
    out, err = started.communicate(timeout=60)
    port = int(env["AWS_ENDPOINT_URL"].rpartition(":")[2])
    assert (started.returncode, out, err) == (0, "1 CreateBucket some-bucket -> 200\n", "")
    with pytest.raises(OSError):
        socket.create_connection(("127.0.0.1", port))


def test_taken_port_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert cli.main(["cloud", "--no-instances", "--port", port]) == 2
    assert capsys.readouterr().err.startswith(f"day89: port {port} cannot be used")


@pytest.mark.parametrize("wrong", [["--fault", "PutObject"], ["--page-size", "0"]])
def test_option_that_does_not_read_is_a_usage_error(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["cloud", "--no-instances", *wrong]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_environment_is_as_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "mine")
    cli.main(["cloud", "--no-instances", "--fault", "x"])
    assert os.environ["AWS_PROFILE"] == "mine"
