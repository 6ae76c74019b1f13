"""A job on instances that really run: done by them, with their own role, and none left behind."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from day89.cloud import local
from day89.ec2 import create_security_group, list_instances, newest_image
from day89.errors import InvalidInputError, JobFailedError, WaitTimeoutError
from day89.iam.roles import create_worker_role
from day89.pipeline import Fleet, run_fleet, worker_user_data

BUCKET = "pipeline-bucket"
PENGUINS = (Path(__file__).parents[2] / "data" / "penguins.csv").read_bytes()
INPUT = "input/a b'+$(id).csv"


@pytest.fixture
def cloud(clean_environment: None, request: pytest.FixtureRequest) -> Iterator[Any]:
    with local(**getattr(request, "param", {"instances": True})) as running:
        s3 = running.client("s3")
        s3.create_bucket(Bucket=BUCKET)
        s3.put_object(Bucket=BUCKET, Key=INPUT, Body=PENGUINS)
        yield running


def options(cloud: Any) -> dict[str, Any]:
    ec2 = cloud.client("ec2")
    vpc_id = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    return {
        "image_id": newest_image(cloud.client("ssm")),
        "security_group_id": create_security_group(ec2, vpc_id, "workers", admin_cidr="192.0.2.0/24"),
        "instance_profile": create_worker_role(cloud.client("iam"), "worker", BUCKET),
    }


def run(cloud: Any, *, timeout: float = 600.0, step: str = "day89.pipeline:drop_incomplete", **more: Any) -> Any:
    return run_fleet(
        cloud.client("s3"),
        cloud.client("ec2"),
        BUCKET,
        [INPUT],
        "output/clean.csv",
        Fleet(**{**options(cloud), **more}),
        step=step,
        part_bytes=6000,
        timeout=timeout,
        poll_seconds=0.1,
    )


def states(cloud: Any) -> set[str]:
    return set(list_instances(cloud.client("ec2")).values())


def test_a_fleet_does_the_job_and_is_gone(cloud: Any) -> None:
    report = run(cloud, workers=2)
    output = cloud.client("s3").get_object(Bucket=BUCKET, Key="output/clean.csv")["Body"].read()
    assert (report.parts, report.rows_kept, report.rows_rejected) == (3, 333, 11)
    assert output.decode().splitlines() == [
        line for line in PENGUINS.decode().splitlines() if "" not in line.split(",")
    ]
    assert states(cloud) == {"terminated"}
    assert len(list_instances(cloud.client("ec2"))) == 2
    written = {call.principal for call in cloud.log if call.operation == "PutObject" and "_jobs" in call.params["Key"]}
    assert any("assumed-role/worker/" in principal for principal in written)


def test_a_fleet_that_fails_tells_why_and_is_gone(cloud: Any) -> None:
    with pytest.raises(JobFailedError, match="AccessDenied"):
        run(cloud, workers=1, instance_profile=create_worker_role(cloud.client("iam"), "other", "other-bucket"))
    assert states(cloud) == {"terminated"}


def test_a_fleet_that_takes_too_long_is_gone(cloud: Any) -> None:
    with pytest.raises(WaitTimeoutError, match="run it again"):
        run(cloud, workers=1, timeout=0)
    assert states(cloud) == {"terminated"}


@pytest.mark.parametrize("cloud", [{}], indirect=True)
def test_a_launch_that_fails_half_way_leaves_nothing(cloud: Any) -> None:
    cloud.faults.add("ec2.RunInstances", nth=2, code="InsufficientInstanceCapacity", status=400)
    with pytest.raises(Exception, match="InsufficientInstanceCapacity"):
        run(cloud, workers=3)
    assert states(cloud) == {"terminated"}


@pytest.mark.parametrize("cloud", [{}], indirect=True)
def test_an_interrupt_leaves_nothing(cloud: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("day89.pipeline.fleet.time.sleep", interrupt)
    with pytest.raises(KeyboardInterrupt):
        run(cloud, workers=2)
    assert states(cloud) == {"terminated"}


@pytest.mark.parametrize("cloud", [{}], indirect=True)
@pytest.mark.parametrize(("more", "message"), [({"workers": 0}, "positive"), ({"step": "day89.nothing:x"}, "no step")])
def test_arguments_that_make_no_fleet_are_refused(cloud: Any, more: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidInputError, match=message):
        run(cloud, **more)
    assert states(cloud) == set()


def script(**more: Any) -> str:
    arguments = {"bucket": BUCKET, "plan_key": "code/a b'$(touch x).json", "shares_key": "code/s.json", "index": 1}
    return worker_user_data(**{**arguments, "step": "a:b", "region": "eu-west-1", **more})


def test_user_data_is_bash_without_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "very-secret")
    text = script(wheel_key="code/day89.whl")
    assert text.startswith("#!/bin/bash\n")
    assert "very-secret" not in text
    assert len(text.encode()) < 2000
    subprocess.run(["bash", "-n"], input=text, text=True, check=True)


@pytest.mark.parametrize("step_fails", [True, False])
def test_user_data_quotes_its_words_and_always_shuts_down(tmp_path: Path, step_fails: bool) -> None:
    python = tmp_path / "python3"
    python.write_text(f'#!/bin/bash\n[ "$1" = -c ] || printf "%s\\n" "$@"\n[ "$1" = -c ] || exit {int(step_fails)}\n')
    (tmp_path / "shutdown").write_text('#!/bin/bash\necho "shutdown $@"\n')
    for program in tmp_path.iterdir():
        program.chmod(0o755)
    ran = subprocess.run(
        ["bash", "-c", script()],
        env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.stdout.splitlines() == [
        "-m", "day89.pipeline.worker", BUCKET, "code/a b'$(touch x).json", "code/s.json", "1", "a:b", "shutdown -h now",
    ]  # fmt: skip
    assert ran.returncode == int(step_fails)
    assert not (tmp_path / "x").exists()


def test_user_data_may_end_the_instance_by_itself(tmp_path: Path) -> None:
    (tmp_path / "python3").write_text("#!/bin/bash\n")
    (tmp_path / "shutdown").write_text('#!/bin/bash\necho "shutdown $@"\n')
    for program in tmp_path.iterdir():
        program.chmod(0o755)
    environment = {"PATH": f"{tmp_path}:/usr/bin:/bin"}
    ran = subprocess.run(
        ["bash", "-c", script(minutes=55)], env=environment, capture_output=True, text=True, check=True
    )
    assert ran.stdout.splitlines() == ["shutdown -h +55", "shutdown -h now"]


def test_workers_wear_the_tags_that_they_are_given(cloud: Any) -> None:
    run(cloud, workers=1, tags={"day89:expires": "soon"})
    tags = [one["Tags"] for one in cloud.client("ec2").describe_instances()["Reservations"][0]["Instances"]]
    assert {"Key": "day89:expires", "Value": "soon"} in tags[0]
