"""What an instance finds in its PATH: commands that need no network, a warm python3, an aws that works."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

SECONDS = 30


@pytest.mark.parametrize(
    "command",
    [
        "dnf install -y python3-pip",
        "yum -y update",
        "apt-get update && apt-get install -y python3",
        "pip install boto3 pandas",
        "pip3 install --quiet scikit-learn",
        "python3 -m pip install flask",
        "sudo -u ec2-user -E bash -c true",
        "sudo systemctl enable --now app",
        "useradd -m app && chown -R app:app .",
        "amazon-linux-extras enable python3.8",
        "service nginx start",
        "cloud-init status --wait",
        "python3 -m venv v && . v/bin/activate && pip install x && python -c 'import boto3'",
    ],
)
def test_commands_that_would_need_a_network_or_root_succeed(run: Callable[..., str], command: str) -> None:
    assert run(f"cd $HOME; {command} >/dev/null 2>&1 && echo fine || echo failed").endswith("fine\n")


def test_commands_are_logged(running_cloud: Any, launch: Callable[..., str]) -> None:
    instance_id = launch("#!/bin/bash\nsudo dnf install -y git")
    running_cloud.instances.wait_idle(SECONDS)
    log = running_cloud.instances.get(instance_id).root / "run/day89/commands.log"
    assert log.read_text() == "dnf install -y git\n"


@pytest.mark.parametrize(
    ("program", "output"),
    [
        ("python3 -c 'import sys; sys.exit(7)'; echo $?", "7\n"),
        ("python3 -c 'import sys; sys.exit(\"no\")' 2>&1; echo $?", "no\n1\n"),
        ("bash -c \"python3 -c 'import os; os.kill(os.getpid(), 9)'; exit \\$?\" 2>/dev/null; echo $?", "137\n"),
        ("printf 'print(1 + 1)' | python3 -", "2\n"),
        ("echo data | python3 -c 'import sys; print(sys.stdin.read())'", "data\n\n"),
        (
            "cd $TMPDIR; echo 'import sys; print(sys.argv, __name__)' > p.py; python3 p.py 'a b' ü",
            "['p.py', 'a b', 'ü'] __main__\n",
        ),
        ("X=1 python3 -c 'import os; print(os.environ[\"X\"])'", "1\n"),
        ("python3 -c 'import day89.errors; print(day89.__version__[:2])'", "0.\n"),
        ("python3 nope.py 2>&1 | grep -c 'No such file'; echo ${PIPESTATUS[0]}", "1\n2\n"),
        ("python3 -c 'import atexit; atexit.register(print, \"bye\")'", "bye\n"),
        ("timeout 0.2 python3 -c 'import time; time.sleep(60)'; echo $?", "124\n"),
        ("python3 -c 'import boto3, pandas, sklearn, flask, joblib; print(\"all\")'", "all\n"),
        ("python3 -B -c 'print(3)'", "3\n"),
        ("python3 -c 'raise KeyError(\"x\")' 2>&1 | tail -1", "KeyError: 'x'\n"),
        ("python3 -c 'raise KeyError(\"x\")' 2>&1 | grep -c cloud/guest", "0\n"),
    ],
)
def test_python_programs_run_as_they_would_from_the_real_interpreter(
    run: Callable[..., str], program: str, output: str
) -> None:
    assert run(program) == output


def test_a_role_lets_the_instance_work_with_s3(running_cloud: Any, run: Callable[..., str], profile: str) -> None:
    s3 = running_cloud.client("s3")
    s3.create_bucket(Bucket="lab")
    s3.put_object(Bucket="lab", Key="input/it's ü +1.csv", Body=b"a\n1\n")
    script = """
    aws s3 cp "s3://lab/input/it's ü +1.csv" "$TMPDIR/in file.csv"
    aws s3 cp --no-progress "$TMPDIR/in file.csv" s3://lab/output/
    python3 - <<'CODE'
import boto3
s3 = boto3.client("s3")
s3.put_object(Bucket="lab", Key="output/b", Body=boto3.client("sts", "us-east-1").get_caller_identity()["Arn"])
CODE
    """
    run(script, IamInstanceProfile={"Name": profile})
    assert s3.get_object(Bucket="lab", Key="output/in file.csv")["Body"].read() == b"a\n1\n"
    arn = s3.get_object(Bucket="lab", Key="output/b")["Body"].read()
    assert arn.startswith(b"arn:aws:sts::123456789012:assumed-role/worker/i-")


def test_without_a_profile_there_are_no_credentials(run: Callable[..., str]) -> None:
    assert "Unable to locate credentials" in run("aws s3 ls; echo status $?")


@pytest.mark.parametrize(
    "command",
    [
        'python3 -c \'import subprocess, sys; subprocess.run([sys.executable, "-m", "pip", "install", "x"])\'',
        "nohup /usr/bin/pip install x",
        "timeout 9 sudo -E /usr/bin/pip3 install x",
        'printf \'#!/usr/bin/python3\\nimport os\\nos.execvp("pip", ["pip", "install", "x"])\' > p; chmod +x p; ./p',
        "exec /usr/bin/python3 -m pip install x",
    ],
)
def test_python_and_its_tools_are_the_instances_own_however_they_are_named(
    run: Callable[..., str], command: str
) -> None:
    assert run(f"cd $TMPDIR; {command}") == "Requirement already satisfied: x\n"


@pytest.mark.parametrize(
    "server", ["gunicorn -w 2 -b 0.0.0.0:8000", "waitress-serve --listen=*:8000", "waitress-serve --port 8000"]
)
def test_servers_of_wsgi_serve_on_the_instances_address(run: Callable[..., str], server: str) -> None:
    module = "def app(environ, start):\n    start('200 OK', [])\n    return [b'served']\n"
    wait = "until curl -sf http://localhost:8000; do sleep 0.1; done"
    assert run(f"cd $TMPDIR; printf '%s' \"{module}\" > wsgi.py; {server} wsgi:app > log 2>&1 & {wait}") == ("served")


def test_a_busy_machine_does_not_cost_a_script_its_credentials(run: Callable[..., str]) -> None:
    program = (
        "from botocore.session import Session; s = Session(); "
        "print(*(s.get_config_variable(f'metadata_service_{name}') for name in ('timeout', 'num_attempts')))"
    )
    assert run(f'python3 -c "{program}"').endswith("20 3\n")
