"""Clients as newcomers use them, each in a process of its own: put, multipart, ranges, lists, copies, presigned URLs.

Those that a machine lacks are skipped. ``DAY89_CLIENTS_PYTHON`` names a Python that has more of them than this one
(some pin another botocore), ``DAY89_CLIENTS_NODE`` a folder with the AWS SDK for JavaScript in its ``node_modules``.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

import day89.cloud

HERE = Path(__file__).parent / "clients"
PYTHON = ("boto3", "pyarrow", "pandas", "s3fs", "polars", "obstore", "minio")
PROGRAMS = {"rclone": "rclone", "s3cmd": "s3cmd", "awscli": "aws"}
MANY = "many-keys"
SECONDS = 300


@pytest.fixture(scope="module")
def env() -> Iterator[dict[str, str]]:
    with day89.cloud.local() as cloud, cloud.serve() as server:
        s3 = cloud.client("s3")
        s3.create_bucket(Bucket=MANY)
        for number in range(1100):
            s3.put_object(Bucket=MANY, Key=f"{number:04}")
        clean = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        yield {**clean, **server.env, "AWS_CONFIG_FILE": os.devnull, "NO_PROXY": "127.0.0.1"}


@pytest.fixture
def bucket(env: dict[str, str]) -> str:
    import boto3

    name = f"client-{uuid.uuid4().hex[:12]}"
    boto3.client("s3").create_bucket(Bucket=name)
    return name


def run(command: list[str], folder: Path, env: dict[str, str]) -> None:
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert done.returncode == 0, (done.stdout + done.stderr)[-2000:]


def interpreter(module: str) -> str | None:
    for python in filter(None, (sys.executable, os.environ.get("DAY89_CLIENTS_PYTHON"))):
        if subprocess.run([python, "-c", f"import {module}"], capture_output=True, check=False).returncode == 0:
            return python
    return None


@pytest.mark.parametrize("client", PYTHON)
def test_python_client(client: str, bucket: str, env: dict[str, str], tmp_path: Path) -> None:
    python = interpreter(client)
    if python is None:
        pytest.skip(f"{client} is not installed: pip install {client}")
    run([python, str(HERE / f"{client}_.py"), bucket, MANY], tmp_path, env)


@pytest.mark.parametrize("client", PROGRAMS)
def test_program(client: str, bucket: str, env: dict[str, str], tmp_path: Path) -> None:
    beside = Path(os.environ.get("DAY89_CLIENTS_PYTHON", sys.executable)).parent
    path = os.pathsep.join((str(beside), env["PATH"]))
    program = shutil.which(PROGRAMS[client], path=path)
    if program is None or subprocess.run([program, "--version"], capture_output=True, check=False).returncode != 0:
        pytest.skip(f"{client} is not installed")
    run(["sh", str(HERE / f"{client}.sh"), bucket, MANY], tmp_path, {**env, "PATH": path})


def test_sdk_for_javascript(bucket: str, env: dict[str, str], tmp_path: Path) -> None:
    folder = Path(os.environ.get("DAY89_CLIENTS_NODE", tmp_path))
    if shutil.which("node") is None or not (folder / "node_modules/@aws-sdk/client-s3").is_dir():
        pytest.skip("the AWS SDK for JavaScript is not installed: npm install @aws-sdk/client-s3 and name its folder")
    run(["node", str(HERE / "javascript.mjs"), bucket, MANY], folder, env)
