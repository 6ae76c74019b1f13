"""The command: what it takes and refuses, its page, its exit status, and the guard before a real account."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from day89.cli import main
from day89.clients import REAL_ACCOUNT_VARIABLE
from day89.cloud import Cloud, local
from day89.cloud.instances.guest_client import SupervisorClient
from day89.course.demo.stage import TAG
from day89.course.demo.teardown import Cleanup, Interrupts

ACCOUNT = "123456789012"
OTHER = "210987654321"
SECONDS = 120


@pytest.fixture
def bare() -> dict[str, str]:
    """Return an environment without any setting of AWS."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "DAY89_"))}


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["demo", "train", "--yes"], "--yes and --region belong to --real-account"),
        (["demo", "train", "--region", "eu-west-1"], "--yes and --region belong to --real-account"),
        (["demo", "serve", "--fault", "spot-interruption"], "the story serve has no fault 'spot-interruption'"),
        (["demo", "train", "--report", "/nowhere/at/all.html"], "cannot write the page"),
        (["demo", "train", "--real-account", "me"], "an account id of 12 digits"),
        (["demo", "train", "--real-account", ACCOUNT, "--fault", "ctrl-c"], "--fault belongs to the local cloud"),
    ],
)
def test_what_does_not_fit_together_is_refused_before_anything_runs(
    words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    printed = capsys.readouterr()
    assert message in printed.err
    assert printed.out == ""


def test_ctrl_c_cleans_up_writes_the_page_and_ends_with_130(tmp_path: Path, bare: dict[str, str]) -> None:
    page = tmp_path / "page.html"
    words = [sys.executable, "-m", "day89", "demo", "train", "--fault", "ctrl-c", "--report", str(page)]
    ran = subprocess.run(words, env=bare, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert ran.returncode == 130, ran.stderr
    assert "nothing is left running" in ran.stdout
    assert ran.stderr == "day89: interrupted\n"
    assert "interrupted" in page.read_text("utf-8")


def test_a_sigterm_cleans_up_too(bare: dict[str, str]) -> None:
    words = [sys.executable, "-u", "-m", "day89", "demo", "process"]
    with subprocess.Popen(words, env=bare, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        seen = next(line for line in process.stdout if "build what it stands on" in line)
        process.send_signal(signal.SIGTERM)
        rest, _ = process.communicate(timeout=SECONDS)
    assert "ok" in seen
    assert process.returncode == 130, rest
    assert "It broke, and cleaned up" in rest


def test_the_page_of_a_story_that_broke_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "page.html"
    assert main(["demo", "train", "--fault", "no-capacity", "--report", str(page)]) == 1
    printed = capsys.readouterr()
    assert printed.err.startswith("day89: AWS refused RunInstances with InsufficientInstanceCapacity")
    assert "It broke" in page.read_text("utf-8")


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return a function that sets what the user types; without it, nobody sits at the terminal."""

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    return lambda text: monkeypatch.setattr(sys, "stdin", Terminal(text))


def calls(cloud: Cloud) -> list[str]:
    return [call.action for call in cloud.log]


@pytest.mark.usefixtures("clean_environment")
def test_credentials_of_another_account_are_refused_before_any_other_call(capsys: pytest.CaptureFixture[str]) -> None:
    with local() as cloud:
        assert main(["demo", "train", "--real-account", OTHER, "--yes"]) == 2
        assert calls(cloud) == ["sts.GetCallerIdentity"]
    assert f"these credentials belong to account {ACCOUNT}, not to {OTHER}" in capsys.readouterr().err


@pytest.mark.usefixtures("clean_environment")
@pytest.mark.parametrize("text", ["", "\n", "yes\n", f"{OTHER}\n"])
def test_whoever_does_not_type_the_account_is_not_taken_there(
    text: str, typed: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    typed(text)
    with local() as cloud:
        assert main(["demo", "train", "--real-account", ACCOUNT]) == 2
        assert calls(cloud) == ["sts.GetCallerIdentity"]
    printed = capsys.readouterr()
    assert "it was not confirmed; nothing was made" in printed.err
    assert "total, USD" in printed.out
    assert REAL_ACCOUNT_VARIABLE not in os.environ


@pytest.mark.usefixtures("clean_environment")
def test_where_nobody_can_be_asked_nothing_is_made(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{ACCOUNT}\n"))
    with local() as cloud:
        assert main(["demo", "train", "--real-account", ACCOUNT]) == 2
        assert calls(cloud) == ["sts.GetCallerIdentity"]
    assert "--yes says that you know what this costs" in capsys.readouterr().err


@pytest.mark.usefixtures("clean_environment")
def test_where_aws_does_not_say_who_calls_nothing_is_made(capsys: pytest.CaptureFixture[str]) -> None:
    with local() as cloud:
        cloud.faults.add("sts.GetCallerIdentity", code="ExpiredToken", status=403, times=None)
        assert main(["demo", "train", "--real-account", ACCOUNT, "--yes"]) == 2
        assert set(calls(cloud)) == {"sts.GetCallerIdentity"}
    assert "ExpiredToken" in capsys.readouterr().err


@pytest.mark.usefixtures("clean_environment")
def test_a_variable_that_names_another_account_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(REAL_ACCOUNT_VARIABLE, OTHER)
    with local() as cloud:
        assert main(["demo", "train", "--real-account", ACCOUNT, "--yes"]) == 2
        assert calls(cloud) == []
    assert "make them agree" in capsys.readouterr().err
    assert os.environ[REAL_ACCOUNT_VARIABLE] == OTHER


@pytest.mark.usefixtures("clean_environment")
def test_the_way_to_an_account_plays_the_same_story_with_all_of_it_tagged(
    typed: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    typed(f"{ACCOUNT}\n")
    supervisor = SupervisorClient()
    try:
        with local(instances=supervisor) as cloud:
            assert main(["demo", "train", "--real-account", ACCOUNT]) == 0
            (launch,) = cloud.log.of("ec2.RunInstances")
            tagging = cloud.log.of("s3.PutBucketTagging", "iam.TagRole", "iam.TagInstanceProfile", "ec2.CreateTags")
    finally:
        supervisor.close()
    for kind in launch.params["TagSpecifications"]:
        assert {TAG, "day89:expires"} <= {tag["Key"] for tag in kind["Tags"]}
    assert len(tagging) == 4
    printed = capsys.readouterr().out
    assert f"on the account {ACCOUNT} in us-east-1: this costs money" in printed
    assert "nothing is left running" in printed
    assert "this machine         ec2.RunInstances" in printed


def test_without_the_local_cloud_and_without_the_option_no_client_is_made(bare: dict[str, str]) -> None:
    code = "from day89.course.demo.setting import Setting; from day89.course.demo.trace import Trace; "
    code += "Setting('x', 'us-east-1', Trace(), 1, 1).client('s3')"
    ran = subprocess.run([sys.executable, "-c", code], env=bare, capture_output=True, text=True, check=False)
    assert "RealAccountError" in ran.stderr


def test_sigterm_and_hang_up_are_as_ctrl_c() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with Interrupts() as interrupts:
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGTERM)
        assert interrupts.ending
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_second_ctrl_c_does_not_stop_the_cleaning_up(capsys: pytest.CaptureFixture[str]) -> None:
    done: list[str] = []
    undo = Cleanup()
    undo.later("first", lambda: done.append("first"))
    undo.later("second", lambda: signal.raise_signal(signal.SIGINT))
    undo.later("third", lambda: 1 / 0)
    with Interrupts() as interrupts:
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        assert interrupts.ending
        assert undo.run() == ["third: division by zero"]
    assert done == ["first"]
    assert "still cleaning up" in capsys.readouterr().err
