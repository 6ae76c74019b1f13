"""Measure what the honesty of the local cloud costs: ``python benchmarks/cloud.py``.

Calls: the same calls on plain moto (``mock_aws``) and on the local cloud in one process, in turns, medians. A ratio of
1.00 is plain moto; signature, policies, rules, log, faults and pace are all in the second number.
Instances: from run_instances to the first line of user data, and a whole launch, run, shut down round.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import boto3
from moto import mock_aws

import day89.cloud
from day89.cloud.controls.network_guard import environment

IMAGE = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
BUCKET = "bench-bucket"
Call = Callable[[], Any]


@contextmanager
def plain_moto() -> Iterator[dict[str, Call]]:
    """Open plain moto; yield the calls to measure."""
    with environment(), mock_aws():
        yield calls(lambda service: boto3.client(service, region_name="us-east-1"))


@contextmanager
def local_cloud() -> Iterator[dict[str, Call]]:
    """Open the local cloud; yield the calls to measure."""
    with day89.cloud.local() as cloud:
        yield calls(cloud.client)


def calls(client: Callable[[str], Any]) -> dict[str, Call]:
    """Make the calls to measure, with what they need."""
    s3, ec2, iam = client("s3"), client("ec2"), client("iam")
    s3.create_bucket(Bucket=BUCKET)
    for number in range(100):
        s3.put_object(Bucket=BUCKET, Key=f"k{number}", Body=b"x" * 1000)
    image = client("ssm").get_parameter(Name=IMAGE)["Parameter"]["Value"]
    ids = [
        ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1, InstanceType="t3.micro")["Instances"][0]["InstanceId"]
        for _ in range(10)
    ]
    return {
        "put_object, 1 KB": lambda: s3.put_object(Bucket=BUCKET, Key="k", Body=b"x" * 1000),
        "get_object, 1 KB": lambda: s3.get_object(Bucket=BUCKET, Key="k1")["Body"].read(),
        "head_object": lambda: s3.head_object(Bucket=BUCKET, Key="k1"),
        "list_objects_v2, 100 keys": lambda: s3.list_objects_v2(Bucket=BUCKET),
        "describe_instances, 10": lambda: ec2.describe_instances(InstanceIds=ids),
        "describe_security_groups": lambda: ec2.describe_security_groups(),
        "list_roles": lambda: iam.list_roles(),
    }


def seconds(call: Call, times: int) -> float:
    """Return the CPU seconds of one call, the mean of a small batch."""
    started = time.process_time()
    for _ in range(times):
        call()
    return (time.process_time() - started) / times


def measure_calls(rounds: int, batch: int) -> None:
    """Print a table of both, measured in turns."""
    seen: dict[str, tuple[list[float], list[float]]] = {}
    for _ in range(rounds):
        for place, opened in enumerate((plain_moto, local_cloud)):
            with opened() as todo:
                for name, call in todo.items():
                    call()
                    seen.setdefault(name, ([], []))[place].append(seconds(call, batch))
    title = f"call, CPU ms (medians of {rounds} rounds)"
    print(f"{title:44} {'plain moto':>10} {'local cloud':>11} {'ratio':>6}")
    ratios = []
    for name, (moto, ours) in seen.items():
        one, other = statistics.median(moto) * 1000, statistics.median(ours) * 1000
        ratios.append(other / one)
        print(f"{name:44} {one:10.2f} {other:11.2f} {other / one:6.2f}")
    print(f"{'all of them, geometric mean':44} {'':10} {'':11} {statistics.geometric_mean(ratios):6.2f}")


def measure_opening(times: int) -> None:
    """Print what it costs to open and close each."""

    def opening(opened: Callable[[], Any]) -> float:
        started = time.perf_counter()
        with opened():
            pass
        return (time.perf_counter() - started) * 1000

    for name, opened in (("mock_aws()", mock_aws), ("day89.cloud.local()", day89.cloud.local)):
        with environment():
            found = [opening(opened) for _ in range(times)]
        print(f"open and close {name:29} {statistics.median(found):10.2f} ms")


def measure_instances(times: int) -> None:
    """Print how long instances take, and what one weighs."""
    with day89.cloud.local(instances=True) as cloud:
        ec2 = cloud.client("ec2")
        image = cloud.client("ssm").get_parameter(Name=IMAGE)["Parameter"]["Value"]

        def launch(script: str) -> str:
            given = {"ImageId": image, "MinCount": 1, "MaxCount": 1, "InstanceType": "t3.micro"}
            options = {"UserData": script, "InstanceInitiatedShutdownBehavior": "terminate"}
            return str(ec2.run_instances(**given, **options)["Instances"][0]["InstanceId"])

        first_lines, rounds = [], []
        for _ in range(times + 1):
            started = time.time()
            instance_id = launch("#!/bin/bash\ndate +%s.%N\nshutdown -h now\n")
            ec2.get_waiter("instance_terminated").wait(InstanceIds=[instance_id])
            rounds.append((time.time() - started) * 1000)
            line = next(line for line in cloud.instances.console(instance_id).splitlines() if line[:1] == "1")
            first_lines.append((float(line) - started) * 1000)
        print(f"{'run_instances to the first line':44} {statistics.median(first_lines[1:]):10.1f} ms")
        print(f"{'launch, run, shut down, seen terminated':44} {statistics.median(rounds[1:]):10.1f} ms")
        before = own_memory()
        for _ in range(10):
            launch("#!/bin/bash\nsleep 60\n")
        time.sleep(1)
        print(f"{'memory of one sleeping instance (PSS)':44} {(own_memory() - before) / 10:10.1f} MB")


def own_memory() -> float:
    """Return the memory of this process and all that it has started, shared pages counted once, in MB."""
    parents = {int(path.name): _parent(path) for path in Path("/proc").glob("[0-9]*")}
    mine = {int(Path("/proc/self").resolve().name)}
    while more := {child for child, parent in parents.items() if parent in mine} - mine:
        mine |= more
    return sum(map(_pss, mine)) / 1024


def _parent(process: Path) -> int:
    try:
        return int((process / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def _pss(process: int) -> int:
    try:
        text = Path(f"/proc/{process}/smaps_rollup").read_text()
    except OSError:
        return 0
    return next(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:"))


def main() -> None:
    """Measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--batch", type=int, default=40)
    parser.add_argument("--no-instances", action="store_true")
    options = parser.parse_args()
    with patch.dict("os.environ"):
        measure_opening(20)
        measure_calls(options.rounds, options.batch)
        if not options.no_instances:
            measure_instances(7)


if __name__ == "__main__":
    main()
