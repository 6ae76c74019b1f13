"""Nothing of an instance is left: no process, no port, no file, whoever ends and however."""

from __future__ import annotations

import os
import select
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import day89.cloud
from day89.cloud.instances.addresses import PORT
from day89.cloud.instances.guest_client import ForkServer, SupervisorClient

OWNER = """
import sys
import day89.cloud
with day89.cloud.local(instances=True, isolation=sys.argv[1]) as cloud:
    name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
    image = cloud.client("ssm").get_parameter(Name=name)["Parameter"]["Value"]
    if sys.argv[2] == "warm":
        cloud.instances.supervisor.wait_ready(warm=True)
    program = "import time; print(1, flush=True); time.sleep(302)"
    script = f"#!/bin/bash\\nsetsid nohup sleep 301 &\\npython3 -c '{program}' & wait"
    wanted = dict(ImageId=image, InstanceType="t3.micro", MinCount=2, MaxCount=2, UserData=script)
    cloud.client("ec2").run_instances(**wanted)
    fleet = cloud.instances
    fleet.wait(lambda: all(item.console() == "1\\n" for item in fleet), "the scripts did not start", 60)
    addresses = [item.address for item in fleet]
    print(fleet.supervisor.process.pid, fleet.folder, fleet.supervisor.commands, *addresses, flush=True)
    sys.stdin.read()
"""
WAIT = 30


class Owner:
    """Hold a process that runs two instances, and what it has of the machine."""

    def __init__(self, isolation: str, start: str) -> None:
        words = [sys.executable, "-c", OWNER, isolation, start]
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout
        supervisor, *rest = self.process.stdout.readline().split()
        self.supervisor, self.folders, self.addresses = int(supervisor), rest[:2], rest[2:]
        self.pids = [self.supervisor, *below(self.supervisor)]

    def end(self, number: int) -> None:
        """End it by a signal, and wait for what it has started."""
        os.kill(self.process.pid, number)
        self.process.communicate(timeout=WAIT)
        for pid in self.pids:
            wait_for(pid)


def below(pid: int) -> list[int]:
    listing = subprocess.run(["ps", "-axo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    pairs = [tuple(map(int, line.split())) for line in listing.splitlines()]
    found = [pid]
    for parent in found:
        found += [child for child, above in pairs if above == parent]
    return found[1:]


def wait_for(pid: int) -> None:
    """Wait for the end of a process that is no child of ours."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        assert select.select([descriptor], [], [], WAIT)[0], f"process {pid} is still there"
    finally:
        os.close(descriptor)


def is_free(address: str) -> bool:
    with socket.socket() as sock:
        return sock.connect_ex((address, PORT)) != 0


@pytest.mark.skipif(sys.platform != "linux", reason="process file descriptors are Linux's")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(("isolation", "start"), [("auto", "cold"), ("none", "warm")])
def test_nothing_is_left_of_an_owner_that_is_ended(number: int, isolation: str, start: str) -> None:
    owner = Owner(isolation, start)
    assert len(owner.pids) >= 7
    owner.end(number)
    assert [folder for folder in owner.folders if Path(folder).exists()] == []
    assert all(map(is_free, owner.addresses))


@pytest.mark.skipif(sys.platform != "linux", reason="process file descriptors are Linux's")
def test_supervisors_of_a_fork_server_run_instances_and_end_one_by_one(launch_in: Callable[..., str]) -> None:
    server = ForkServer()
    for word in ("first", "second"):
        supervisor = SupervisorClient(server=server)
        with day89.cloud.local(instances=supervisor) as cloud:
            instance_id = launch_in(cloud, f"#!/bin/bash\npython3 -c 'print(\"{word}\")'")
            cloud.instances.wait_idle(WAIT)
            assert cloud.instances.console(instance_id) == f"{word}\n"
            launch_in(cloud, "#!/bin/bash\nsetsid sleep 304 & sleep 304")
            pids = below(server.process.pid)
        supervisor.close()
        assert len(pids) > 1
        for pid in pids:
            wait_for(pid)
    server.close()
    assert server.process.poll() == 0
    assert not server.commands.exists()


@pytest.mark.skipif(sys.platform != "linux", reason="process file descriptors are Linux's")
def test_no_supervisor_is_left_where_its_fork_server_is_killed() -> None:
    server = ForkServer()
    supervisors = [SupervisorClient(server=server) for _ in range(2)]
    assert all(supervisor.wait_ready(warm=True) and supervisor.warm for supervisor in supervisors)
    pids = below(server.process.pid)
    assert len(pids) == 2
    server.process.kill()
    for pid in pids:
        wait_for(pid)
    for supervisor in supervisors:
        supervisor.close()
    server.close()


@pytest.mark.skipif(sys.platform != "linux", reason="process file descriptors are Linux's")
def test_no_process_is_left_where_the_supervisor_is_killed() -> None:
    owner = Owner("auto", "warm")
    os.kill(owner.supervisor, signal.SIGKILL)
    for pid in owner.pids:
        wait_for(pid)
    owner.end(signal.SIGTERM)
    for folder in owner.folders:  # with both of them killed nobody is left who could
        shutil.rmtree(folder, ignore_errors=True)


def test_a_cloud_that_is_closed_leaves_nothing(supervisor: Any, launch_in: Callable[..., str]) -> None:
    with day89.cloud.local(instances=supervisor) as cloud:
        instance_id = launch_in(cloud, "#!/bin/bash\nsetsid sleep 303 & sleep 303")
        instance = cloud.instances.get(instance_id)
        folder = cloud.instances.folder
        assert not is_free(instance.address)
    assert not instance.alive
    assert not folder.exists()
    assert is_free(instance.address)


@pytest.mark.parametrize("isolation", ["auto", "none"])
def test_an_instance_writes_nothing_outside_its_folder(
    supervisor: Any, launch_in: Callable[..., str], isolation: str
) -> None:
    with day89.cloud.local(instances=supervisor, isolation=isolation) as cloud:
        instance_id = launch_in(cloud, "#!/bin/bash\necho data > $HOME/file; echo data > $(mktemp); pwd")
        cloud.instances.wait_idle(WAIT)
        root = cloud.instances.get(instance_id).root
        assert (root / "root/file").read_text() == "data\n"
        assert [one.read_text() for one in (root / "tmp").glob("tmp.*") if one.is_file()] == ["data\n"]


def test_a_jail_shows_the_system_read_only_and_nothing_else(supervisor: Any, launch_in: Callable[..., str]) -> None:
    if supervisor.wait_ready() == "none":
        pytest.skip("no jail holds on this machine")
    script = "#!/bin/bash\ntouch /usr/x || echo read-only; echo a > /opt/a; id -u"
    script += f"; ls {Path.cwd()}/pyproject.toml || echo absent"
    with day89.cloud.local(instances=supervisor, isolation="strict") as cloud:
        instance_id = launch_in(cloud, script)
        cloud.instances.wait_idle(WAIT)
        printed = cloud.instances.console(instance_id).splitlines()
        assert [line for line in printed if ":" not in line] == ["read-only", "0", "absent"]
        assert (cloud.instances.get(instance_id).root / "opt/a").read_text() == "a\n"


def test_a_jail_shows_only_the_instances_own_processes(supervisor: Any, launch_in: Callable[..., str]) -> None:
    if supervisor.wait_ready() == "none":
        pytest.skip("no jail holds on this machine")
    script = f"#!/bin/bash\nsleep 304 & kill -0 {os.getpid()} || echo hidden; kill -9 -1"
    with day89.cloud.local(instances=supervisor, isolation="strict") as cloud:
        instance_id = launch_in(cloud, script)
        cloud.instances.wait_idle(WAIT)
        instance = cloud.instances.get(instance_id)
        assert instance.console().splitlines()[-1] == "hidden"
        assert instance.alive


def test_user_data_waits_until_the_instance_is_no_longer_pending(
    supervisor: Any, launch_in: Callable[..., str]
) -> None:
    with day89.cloud.local(instances=supervisor, pace=day89.cloud.Pace(looks=2)) as cloud:
        instance_id = launch_in(cloud, "#!/bin/bash\necho up")
        ec2 = cloud.client("ec2")
        states = [state(ec2, instance_id)]
        assert not cloud.instances.get(instance_id).alive
        states += [state(ec2, instance_id), state(ec2, instance_id)]
        cloud.instances.wait_idle(WAIT)
        assert states == ["pending", "pending", "running"]
        assert cloud.instances.console(instance_id) == "up\n"


def test_user_data_waits_until_somebody_has_seen_the_instance_run(
    supervisor: Any, launch_in: Callable[..., str]
) -> None:
    with day89.cloud.local(instances=supervisor, pace=day89.cloud.Pace(looks=1)) as cloud:
        instance_id = launch_in(cloud, "#!/bin/bash\necho up; shutdown now")
        assert state(cloud.client("ec2"), instance_id) == "pending"
        assert not cloud.instances.get(instance_id).alive
        assert state(cloud.client("ec2"), instance_id) == "running"
        cloud.instances.wait(lambda: cloud.instances.console(instance_id) == "up\n", "it did not boot", WAIT)


def test_user_data_does_not_wait_for_ever_to_be_seen(
    supervisor: Any, launch_in: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("day89.cloud.moto.transitions.BOOT_SECONDS", 0.1)
    with day89.cloud.local(instances=supervisor, pace=day89.cloud.Pace(looks=1)) as cloud:
        instance_id = launch_in(cloud, "#!/bin/bash\necho up")
        assert state(cloud.client("ec2"), instance_id) == "pending"
        cloud.instances.wait(lambda: cloud.instances.console(instance_id) == "up\n", "it did not boot", WAIT)


def test_a_pace_in_milliseconds_boots_without_a_look(supervisor: Any, launch_in: Callable[..., str]) -> None:
    with day89.cloud.local(instances=supervisor, pace=day89.cloud.Pace(milliseconds=150)) as cloud:
        instance_id = launch_in(cloud, "#!/bin/bash\necho up")
        assert not cloud.instances.get(instance_id).alive
        cloud.instances.wait(lambda: cloud.instances.console(instance_id) == "up\n", "it did not boot", WAIT)


def state(ec2: Any, instance_id: str) -> str:
    found = ec2.describe_instances(InstanceIds=[instance_id])
    return found["Reservations"][0]["Instances"][0]["State"]["Name"]
