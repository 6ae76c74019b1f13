"""What reaches an instance's console beside the script's own output, and what ends an instance later than at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

SECONDS = 30
UNIT = "/etc/systemd/system/job.service"


def unit(*lines: str) -> str:
    """Return shell lines that write a unit and start it."""
    return "cat > {} <<'EOF'\n[Service]\n{}\nEOF\nsystemctl daemon-reload; systemctl start job".format(
        UNIT, "\n".join(lines)
    )


def gone(running_cloud: Any, instance_id: str) -> None:
    instance = running_cloud.instances.get(instance_id)
    running_cloud.instances.wait(lambda: not instance.alive, f"{instance_id} did not end", SECONDS)


@pytest.fixture
def jailed(running_cloud: Any) -> Any:
    """Return the cloud where instances have a ``/dev`` and an ``/etc`` of their own."""
    if running_cloud.instances.supervisor.wait_ready() not in {"namespaces", "partial"}:
        pytest.skip("this kernel gives no namespaces")
    return running_cloud


@pytest.mark.parametrize("device", ["console", "ttyS0", "kmsg"])
@pytest.mark.usefixtures("jailed")
def test_what_is_written_to_the_console_device_is_on_the_console(run: Callable[..., str], device: str) -> None:
    assert run(f"exec > /dev/null 2>&1; echo there > /dev/{device}") == "there\n"


@pytest.mark.usefixtures("jailed")
def test_the_line_of_the_tutorials_that_logs_user_data_works(run: Callable[..., str]) -> None:
    line = "exec > >(tee /var/log/user-data.log | logger -t user-data -s 2>/dev/console) 2>&1"
    assert "user-data: heard\n" in run(f"{line}\necho heard\nexec >&- 2>&-; wait $!")


@pytest.mark.usefixtures("jailed")
def test_a_unit_prints_on_the_console_where_it_says_so(run: Callable[..., str]) -> None:
    quiet = unit("Type=oneshot", "ExecStart=/bin/echo quiet")
    loud = unit("Type=oneshot", "ExecStart=/bin/echo loud \\", "  and clear", "StandardOutput=journal+console")
    assert run(f"{quiet}\n{loud}") == "loud and clear\n"


@pytest.mark.parametrize(
    "lines",
    [
        ("Type=oneshot", "ExecStart=/bin/false", "ExecStopPost=/sbin/shutdown -h now"),
        ("Type=simple", "ExecStart=/bin/true", "SuccessAction=poweroff"),
        ("ExecStart=/bin/false", "FailureAction=poweroff-force"),
    ],
)
def test_a_unit_may_end_the_instance(jailed: Any, launch: Callable[..., str], lines: tuple[str, ...]) -> None:
    gone(jailed, launch(f"#!/bin/bash\n{unit(*lines)}"))


@pytest.mark.usefixtures("jailed")
def test_a_unit_that_has_to_be_restarted_is(run: Callable[..., str]) -> None:
    start = "ExecStart=/bin/bash -c 'echo x >> /tmp/tries; [ $(wc -l < /tmp/tries) = 3 ]'"
    waiting = "until [ -e /tmp/done ]; do sleep 0.1; done; wc -l < /tmp/tries"
    assert run(f"{unit(start, 'Restart=on-failure', 'ExecStopPost=/bin/touch /tmp/done')}\n{waiting}") == "3\n"


@pytest.mark.parametrize("command", ["shutdown", "shutdown -h +1", "sudo shutdown +2 bye"])
def test_a_shutdown_in_minutes_takes_seconds_once_the_script_has_ended(
    running_cloud: Any, launch: Callable[..., str], command: str
) -> None:
    gone(running_cloud, launch(f"#!/bin/bash\n{command}"))


def test_a_shutdown_in_minutes_waits_for_the_script(running_cloud: Any, launch: Callable[..., str]) -> None:
    instance_id = launch("#!/bin/bash\nshutdown -h +1 2> /dev/null\nsleep 3\necho done")
    gone(running_cloud, instance_id)
    assert running_cloud.instances.console(instance_id) == "done\n"


def test_a_shutdown_that_was_cancelled_does_not_come(running_cloud: Any, launch: Callable[..., str]) -> None:
    instance_id = launch("#!/bin/bash\nshutdown -h +1 2> /dev/null\nshutdown -c\nps -e -o args | grep -c '[s]leep 1'")
    running_cloud.instances.wait_idle(SECONDS)
    assert running_cloud.instances.get(instance_id).alive
    assert not (running_cloud.instances.get(instance_id).root / "run/day89/scheduled").exists()


def test_an_instance_is_quiet_once_what_it_left_in_the_background_has_ended(
    running_cloud: Any, launch: Callable[..., str]
) -> None:
    script = "(until [ -e $HOME/go ]; do sleep 0.1; done; echo went) &"
    instance = running_cloud.instances.get(launch(f"#!/bin/bash\n{script}"))
    running_cloud.instances.wait_idle(SECONDS)
    assert not instance.quiet
    (instance.root / "root/go").touch()
    running_cloud.instances.wait(lambda: instance.quiet, "it is not quiet", SECONDS)
    assert instance.console() == "went\n"
