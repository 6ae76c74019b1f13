"""The jail of an instance: what its script cannot do, what it can, and that nothing of it is left."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import day89.cloud
from day89.cloud.guest import console
from day89.cloud.instances.guest_client import SupervisorClient
from day89.course.doctor.instances import examine_instances
from day89.errors import ToolError
from day89.sandbox import landlock, quotas, seccomp
from day89.sandbox.syscalls import Profile

SECONDS = 60
ALLOWED = r"""
import os, socket, subprocess, tempfile, threading
def server(): return socket.create_server(("127.0.0.1", 0))
with server() as one:
    thread = threading.Thread(target=lambda: socket.create_connection(one.getsockname()).close())
    thread.start(); thread.join(); one.accept()[0].close(); print("thread connects")
with socket.socket() as two:
    two.listen(); print("listens at", two.getsockname()[0] == os.environ["DAY89_ADDRESS"])
with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as three:
    os.chdir(folder); three.bind("here"); three.listen()
    with socket.socket(socket.AF_UNIX) as client: client.connect(folder + "/here"); print("unix socket")
    os.symlink("here", "there"); os.link("here", "everywhere"); os.mkfifo("pipe"); print("links")
    os.chdir("/")
with socket.socket(socket.AF_UNIX) as four:
    four.bind("\0own"); four.listen()
    with socket.socket(socket.AF_UNIX) as client: client.connect("\0own"); print("abstract socket")
with socket.socket() as five:
    five.setblocking(False); print("refused", five.connect_ex(("127.0.0.1", 1)))
child = subprocess.Popen(["sleep", "300"]); child.terminate(); print("signals", child.wait())
print("processes", subprocess.run(["sh", "-c", "exit 7"]).returncode)
try: socket.create_connection(("192.0.2.1", 80))
except OSError as error: print("elsewhere:", error.strerror)
"""
EXPECTED = """thread connects
listens at True
unix socket
links
abstract socket
refused 111
signals -15
processes 7
elsewhere: Network is unreachable
"""


def skip_unless_possible(jail: str) -> None:
    """Skip where the kernel has not what a jail is made of, which is asked without our own code."""
    if not sys.platform.startswith("linux") or not seccomp.available():
        pytest.skip("there is no libseccomp on this machine")
    words = {"namespaces": ["unshare", "-U", "-r", "-m", "-p", "-f", "true"], "landlock": ["true"]}[jail]
    if subprocess.run(words, check=False).returncode or (jail == "landlock" and not landlock.landlock_version()):
        pytest.skip(f"this kernel gives no {jail}")


@pytest.fixture(params=["namespaces", "landlock"])
def jailed(request: pytest.FixtureRequest) -> Iterator[Any]:
    """Return a cloud whose instances run in one kind of jail."""
    skip_unless_possible(request.param)
    supervisor = SupervisorClient(warm=False, jails=(request.param,))
    try:
        assert supervisor.wait_ready() == request.param
        with day89.cloud.local(instances=supervisor, isolation="strict") as cloud:
            yield cloud
    finally:
        supervisor.close()


@pytest.fixture
def run_jailed(jailed: Any, launch_in: Callable[..., str]) -> Callable[[str], str]:
    """Launch one instance, wait until its script has ended, and return its console output."""

    def run(script: str) -> str:
        instance_id = launch_in(jailed, "#!/bin/bash\n" + script)
        jailed.instances.wait_idle(SECONDS)
        return jailed.instances.console(instance_id)

    return run


@pytest.mark.parametrize("jail", ["namespaces", "landlock"])
def test_no_attempt_to_break_out_succeeds(jail: str) -> None:
    skip_unless_possible(jail)
    report = examine_instances((jail,))
    assert (report.name, report.problem) == (jail, None)
    assert [attempt for attempt in report.attempts if not attempt.held] == []


def test_the_attempts_are_real_ones_without_a_jail_they_succeed() -> None:
    report = examine_instances(())
    broken = {attempt.what for attempt in report.attempts if not attempt.held}
    assert report.name == "none"
    assert broken >= {"read the answers", "read the checks", "write outside its folder", "send by UDP"}
    assert broken >= {"connect to a server on this machine", "signal a process of yours", "serve on all addresses"}


def test_what_a_script_needs_works(run_jailed: Callable[[str], str]) -> None:
    assert run_jailed(f"exec \"$DAY89_PYTHON\" -I - <<'CODE'\n{ALLOWED}\nCODE") == EXPECTED


def test_a_namespace_has_shared_memory_of_its_own_for_multiprocessing(run: Callable[..., str], supervisor: Any) -> None:
    if supervisor.wait_ready() != "namespaces":
        pytest.skip("namespaces do not hold on this machine")
    program = "from multiprocessing import Pool; print(Pool(2).map(abs, [-1, -2]))"
    assert run(f"python3 -c '{program}'") == "[1, 2]\n"


def test_shell_idioms_work(run_jailed: Callable[[str], str]) -> None:
    script = """
    exec > >(tee "$TMPDIR/user-data.log") 2>/dev/null
    mkdir -p "$HOME/job" && cd "$HOME/job" && ln -s ../job again && cat < <(echo substituted)
    token=$(curl -s -X PUT http://169.254.169.254/latest/api/token -H 'X-aws-ec2-metadata-token-ttl-seconds: 60')
    [ -n "$token" ] && echo token
    timeout 0.2 sleep 300; echo "timeout $?"
    """
    assert run_jailed(script) == "substituted\ntoken\ntimeout 124\n"


def test_hostname_is_the_instances_own(jailed: Any, run_jailed: Callable[[str], str]) -> None:
    printed = run_jailed("hostname; hostname -f")
    name = "ip-" + next(iter(jailed.instances)).address.replace(".", "-")
    assert printed == f"{name}\n{name}.ec2.internal\n"


def test_a_namespace_has_the_name_for_every_program(supervisor: Any, launch_in: Callable[..., str]) -> None:
    if supervisor.wait_ready() != "namespaces":
        pytest.skip("namespaces do not hold on this machine")
    with day89.cloud.local(instances=supervisor, isolation="strict") as cloud:
        instance_id = launch_in(cloud, "#!/bin/bash\nuname -n")
        cloud.instances.wait_idle(SECONDS)
        instance = cloud.instances.get(instance_id)
        assert instance.console() == f"ip-{instance.address.replace('.', '-')}\n"


def test_two_servers_that_are_not_of_python_share_a_port(jailed: Any, launch_in: Callable[..., str]) -> None:
    program = "import _socket, sys, time; s = _socket.socket(); s.bind(('0.0.0.0', 5099)); s.listen(); print('up')"
    program += "; sys.stdout.flush(); time.sleep(300)"
    script = f'#!/bin/bash\nexec "$DAY89_PYTHON" -I -S -c "{program}"'
    instances = [jailed.instances.get(launch_in(jailed, script)) for _ in range(2)]
    jailed.instances.wait(lambda: all(item.console() == "up\n" for item in instances), "not both are up", SECONDS)


def test_a_console_keeps_the_end_of_a_flood_and_stays_small(jailed: Any, run_jailed: Callable[[str], str]) -> None:
    printed = run_jailed("head -c 20000000 /dev/zero | tr '\\0' x; echo; echo the end")
    log = next(iter(jailed.instances)).root / "var/log/cloud-init-output.log"
    assert printed.endswith("x\nthe end\n")
    assert log.stat().st_size <= console.MOST_BYTES


@pytest.mark.parametrize(
    "replace", ["ln -s {secret}", "mkfifo", "mkdir"], ids=["a link to a file of the owner", "a pipe", "a folder"]
)
def test_what_replaces_the_log_is_not_read(jailed: Any, run_jailed: Callable[[str], str], tmp_path: Any, replace: str):
    (tmp_path / "secret").write_text("secret")
    log = 'log="${TMPDIR%tmp}var/log/cloud-init-output.log"'
    words = replace.format(secret=tmp_path / "secret")
    assert run_jailed(f'{log}; rm "$log"; {words} "$log"') == ""


def test_a_script_that_kills_its_first_process_leaves_nothing(jailed: Any, launch_in: Callable[..., str]) -> None:
    script = (
        "#!/bin/bash\nsetsid sleep 306 & echo $!; [ $PPID = 1 ] && kill -9 -1; kill -9 $PPID; shutdown -h now; wait"
    )
    instance = jailed.instances.get(launch_in(jailed, script))
    jailed.instances.wait(lambda: not instance.alive or not instance.script_running, "it did not end", SECONDS)
    jailed.client("ec2").terminate_instances(InstanceIds=[instance.id])
    jailed.instances.wait(lambda: not instance.alive, "it did not end", SECONDS)
    assert not [name for name in _commands() if "sleep\x00306" in name]


def _commands() -> Iterator[str]:
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            yield path.read_text()


def test_too_much_on_disk_is_seen_and_said(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    # Whatever else this machine's disk does.
    looking = quotas.Watch(str(tmp_path), [str(tmp_path / "shown")], disk=-(1 << 60))
    monkeypatch.setattr(quotas.Watch, "_in_folder", lambda self: (0, quotas.DISK_FILES + 1))
    assert "files on disk" in str(looking.excess(lambda: []))


def test_only_an_instances_own_files_are_counted(tmp_path: Any) -> None:
    for name in ("own", "shown"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_bytes(b"x" * 100_000)
    size, count = quotas.Watch(str(tmp_path), [str(tmp_path / "shown")])._in_folder()
    assert count == 2  # the folder and the file in it
    assert 100_000 <= size < 200_000


def test_strict_refuses_a_jail_with_an_open_network() -> None:
    supervisor = SupervisorClient(warm=False, jails=("partial",))
    try:
        refused = pytest.raises(ToolError, match="no jail")
        with refused, day89.cloud.local(instances=supervisor, isolation="strict"):
            pass
    finally:
        supervisor.close()


@pytest.mark.skipif(not seccomp.available(), reason="there is no libseccomp on this machine")
def test_the_filter_of_system_calls_is_made_once() -> None:
    script, submission = (Profile(programs=programs, alone=True) for programs in (True, False))
    assert seccomp.filter_program(script) is seccomp.filter_program(Profile(programs=True, alone=True))
    assert seccomp.filter_program(script) != seccomp.filter_program(submission)
