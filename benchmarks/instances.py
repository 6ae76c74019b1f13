"""Measure instances that run: how soon they start, how long a whole job takes, what each costs.

    python benchmarks/instances.py [ROUNDS]

The peer of the whole job is the same program alone in a fresh interpreter: what it would cost without a warm one. Times
are medians; on a busy machine look at the ratios.
"""

from __future__ import annotations

import contextlib
import functools
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import day89.cloud
from day89.cloud.instances.guest_client import SupervisorClient
from day89.processes.tree import descendants

IMAGE = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
ROWS = 20_000
JOB = """
import boto3, pandas
s3 = boto3.client("s3", "us-east-1")
table = pandas.read_csv(s3.get_object(Bucket="lab", Key="input/a.csv")["Body"])
s3.put_object(Bucket="lab", Key="output/a.csv", Body=table.groupby("a").sum().to_csv())
"""
TRUST = (
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, '
    '"Action": "sts:AssumeRole"}]}'
)
ALLOW = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}'


def main() -> None:
    """Measure and print."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    supervisor = SupervisorClient()
    began = time.perf_counter()
    print(f"jail: {supervisor.wait_ready()} after {_ms(time.perf_counter() - began)}")
    supervisor.wait_ready(warm=True)
    print(f"libraries loaded after {_ms(time.perf_counter() - began)} (in the background, once a supervisor)")
    with _cloud(supervisor) as cloud:
        _first_line(cloud, rounds)
        _whole_job(cloud, rounds)
        _twenty(cloud)
    supervisor.close()


@contextlib.contextmanager
def _cloud(supervisor: SupervisorClient) -> Iterator[Any]:
    with day89.cloud.local(instances=supervisor) as cloud:
        s3, iam = cloud.client("s3"), cloud.client("iam")
        s3.create_bucket(Bucket="lab")
        table = "a,b,c\n" + "".join(f"{row % 100},{row},{row * 2}\n" for row in range(ROWS))
        s3.put_object(Bucket="lab", Key="input/a.csv", Body=table.encode())
        s3.put_object(Bucket="lab", Key="code/job.py", Body=JOB.encode())
        iam.create_role(RoleName="r", AssumeRolePolicyDocument=TRUST)
        iam.put_role_policy(RoleName="r", PolicyName="p", PolicyDocument=ALLOW)
        iam.create_instance_profile(InstanceProfileName="r")
        iam.add_role_to_instance_profile(InstanceProfileName="r", RoleName="r")
        _launch(cloud, "#!/bin/bash\ntrue\n")  # the first call of each service costs moto more than all others
        cloud.instances.wait_idle()
        yield cloud


def _launch(cloud: Any, script: str, count: int = 1) -> None:
    _launcher(cloud, script, count)()


def _launcher(cloud: Any, script: str, count: int = 1) -> Callable[[], Any]:
    """Return run_instances alone, ready to be called: client and image are got before."""
    image = cloud.client("ssm").get_parameter(Name=IMAGE)["Parameter"]["Value"]
    return functools.partial(
        cloud.client("ec2").run_instances,
        ImageId=image, InstanceType="t3.micro", MinCount=count, MaxCount=count, UserData=script,
        InstanceInitiatedShutdownBehavior="terminate", IamInstanceProfile={"Name": "r"},
    )  # fmt: skip


def _first_line(cloud: Any, rounds: int) -> None:
    calls, lines, shell = [], [], []
    for _ in range(rounds):
        launch = _launcher(cloud, "#!/bin/bash\necho $EPOCHREALTIME\n")
        before, wall = time.perf_counter(), time.time()
        launch()
        calls.append(time.perf_counter() - before)
        cloud.instances.wait_idle()
        lines.append(float(list(cloud.instances)[-1].console()) - wall)
        wall = time.time()
        shown = subprocess.run(["bash", "-c", "echo $EPOCHREALTIME"], capture_output=True, text=True, check=True)
        shell.append(float(shown.stdout) - wall)
    print(f"run_instances: call {_median(calls)}")
    print(f"run_instances called -> first line of user data: {_median(lines)}   (a plain bash: {_median(shell)})")


def _whole_job(cloud: Any, rounds: int) -> None:
    script = "#!/bin/bash\naws s3 cp s3://lab/code/job.py /tmp/job.py\npython3 /tmp/job.py\nshutdown -h now\n"
    if cloud.instances.jail == "none":
        script = script.replace("/tmp/", "$TMPDIR/")
    warm, cold = [], []
    with cloud.serve() as server, tempfile.TemporaryDirectory() as folder:
        Path(folder, "job.py").write_text(JOB)
        words = [sys.executable, f"{folder}/job.py"]
        for _ in range(rounds):
            warm.append(_timed(lambda: _run_job(cloud, script)))
            cold.append(_timed(lambda: subprocess.run(words, env=server.env, check=True)))
    ratio = statistics.median(warm) / statistics.median(cold)
    print(f"launch, fetch code, read S3, pandas, write S3, shut down: {_median(warm)}")
    print(f"  the same program alone in a fresh interpreter: {_median(cold)}   ratio {ratio:.2f}")


def _run_job(cloud: Any, script: str) -> None:
    _launch(cloud, script)
    instance = list(cloud.instances)[-1]
    cloud.instances.wait(lambda: not instance.alive, "the instance did not end")
    cloud.client("s3").delete_object(Bucket="lab", Key="output/a.csv")


def _twenty(cloud: Any) -> None:
    pid = cloud.instances.supervisor.process.pid
    before = set(descendants(pid))
    _launch(cloud, "#!/bin/bash\nsleep 60\n", 20)
    fleet = list(cloud.instances)[-20:]
    cloud.instances.wait(
        lambda: (
            len(set(descendants(pid)) - before) >= (80 if cloud.instances.jail in ("namespaces", "partial") else 60)
        ),
        "not all started",
    )
    own = _memory(set(descendants(pid)) - before) / 20 / 1024
    print(f"memory of an idle instance's own, with its bash and sleep: {own:.1f} MiB")
    ids = [instance.id for instance in fleet]
    seconds = _timed(lambda: _end(cloud, ids))
    print(f"20 instances terminated, all processes gone: {_ms(seconds)}")
    print(f"20 instances launched, run and shut down: {_ms(_timed(lambda: _run_twenty(cloud)))}")


def _end(cloud: Any, ids: list[str]) -> None:
    cloud.client("ec2").terminate_instances(InstanceIds=ids)
    cloud.instances.wait(lambda: not any(cloud.instances.get(one).alive for one in ids), "some did not end")


def _run_twenty(cloud: Any) -> None:
    _launch(cloud, "#!/bin/bash\nshutdown -h now\n", 20)
    fleet = list(cloud.instances)[-20:]
    cloud.instances.wait(lambda: not any(instance.alive for instance in fleet), "some did not end")


def _memory(pids: set[int]) -> int:
    """Return the KiB that belong to these processes alone: all else is shared with the supervisor."""
    total = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
            total += sum(int(line.split()[1]) for line in lines if line.startswith("Private_"))
    return total


def _timed(act: Callable[[], Any]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _median(values: list[float]) -> str:
    return f"{_ms(statistics.median(values))} ({_ms(min(values))} to {_ms(max(values))})"


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"


if __name__ == "__main__":
    main()
