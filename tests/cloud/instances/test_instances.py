"""Instances that run: their life, from launch to the end."""

from __future__ import annotations

import urllib.request
from collections.abc import Callable
from typing import Any

import pytest

import day89.cloud
from day89.errors import NotFoundError, ToolError, WaitTimeoutError

SECONDS = 30
PARAMETER = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"


def state_of(running_cloud: Any, instance_id: str) -> str:
    found = running_cloud.client("ec2").describe_instances(InstanceIds=[instance_id])
    return found["Reservations"][0]["Instances"][0]["State"]["Name"]


def gone(running_cloud: Any, instance_id: str) -> None:
    instance = running_cloud.instances.get(instance_id)
    running_cloud.instances.wait(lambda: not instance.alive, f"{instance_id} did not end", SECONDS)


def test_user_data_runs_as_root_of_the_instance(run: Callable[..., str]) -> None:
    assert run("echo hello from $HOME as $(whoami)").startswith("hello from ")


def test_console_output_is_what_the_script_printed(running_cloud: Any, launch: Callable[..., str]) -> None:
    instance_id = launch("#!/bin/bash\necho ready; echo failing >&2; exit 3")
    running_cloud.instances.wait_idle(SECONDS)
    output = running_cloud.client("ec2").get_console_output(InstanceId=instance_id)["Output"]
    assert output == "ready\nfailing\n"
    assert running_cloud.instances.get(instance_id).exit_status == 3


def test_an_instance_whose_script_has_ended_keeps_running(running_cloud: Any, launch: Callable[..., str]) -> None:
    instance_id = launch("#!/bin/bash\ntrue")
    running_cloud.instances.wait_idle(SECONDS)
    assert state_of(running_cloud, instance_id) == "running"
    assert running_cloud.instances.get(instance_id).alive


def test_user_data_that_does_not_begin_with_a_shebang_is_not_run(
    running_cloud: Any, launch: Callable[..., str]
) -> None:
    instance_id = launch("echo never")
    running_cloud.instances.wait_idle(SECONDS)
    assert "Unhandled non-multipart" in running_cloud.instances.console(instance_id)
    assert "\nnever" not in running_cloud.instances.console(instance_id)


def test_cloud_config_commands_run_in_order(running_cloud: Any, launch: Callable[..., str]) -> None:
    instance_id = launch("#cloud-config\nruncmd:\n- [echo, -n, 'a b']\n- echo ' second'\n")
    running_cloud.instances.wait_idle(SECONDS)
    assert running_cloud.instances.console(instance_id) == "a b second\n"


def test_the_environment_holds_no_key_and_no_region(run: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_SECRET_CANARY", "sing")
    output = run("env")
    assert "CANARY" not in output
    assert "AWS_ACCESS_KEY_ID" not in output
    assert "AWS_DEFAULT_REGION" not in output
    assert "AWS_ENDPOINT_URL=http://127.0.0.1:" in output


@pytest.mark.parametrize(("behaviour", "state"), [("terminate", "terminated"), ("stop", "stopped")])
@pytest.mark.parametrize(
    "command", ["shutdown -h now", "sudo shutdown now", "poweroff", "/sbin/shutdown -h now", "halt"]
)
def test_shutdown_does_what_the_launch_said(
    running_cloud: Any, launch: Callable[..., str], behaviour: str, state: str, command: str
) -> None:
    instance_id = launch(f"#!/bin/bash\n{command}\nsleep 300", InstanceInitiatedShutdownBehavior=behaviour)
    gone(running_cloud, instance_id)
    assert state_of(running_cloud, instance_id) == state


def test_terminate_kills_also_what_left_the_session(running_cloud: Any, launch: Callable[..., str]) -> None:
    script = "#!/bin/bash\nsetsid nohup bash -c 'echo up; exec sleep 300' & disown; trap '' TERM; sleep 300"
    instance_id = launch(script)
    instance = running_cloud.instances.get(instance_id)
    running_cloud.client("ec2").terminate_instances(InstanceIds=[instance_id])
    gone(running_cloud, instance_id)
    assert not instance.alive


def test_start_after_stop_does_not_run_user_data_again(running_cloud: Any, launch: Callable[..., str]) -> None:
    ec2 = running_cloud.client("ec2")
    instance_id = launch("#!/bin/bash\necho once")
    running_cloud.instances.wait_idle(SECONDS)
    ec2.stop_instances(InstanceIds=[instance_id])
    gone(running_cloud, instance_id)
    ec2.start_instances(InstanceIds=[instance_id])
    assert state_of(running_cloud, instance_id) == "running"
    running_cloud.instances.wait_idle(SECONDS)
    assert running_cloud.instances.get(instance_id).alive
    assert running_cloud.instances.console(instance_id) == "once\n"


def test_reboot_ends_what_ran_and_keeps_the_instance(running_cloud: Any, launch: Callable[..., str]) -> None:
    instance_id = launch("#!/bin/bash\nreboot; exec sleep 300")
    instance = running_cloud.instances.get(instance_id)
    running_cloud.instances.wait(lambda: not instance.script_running, "the script did not end", SECONDS)
    assert instance.alive
    assert state_of(running_cloud, instance_id) == "running"


def test_two_servers_on_one_port_are_reached_at_their_public_addresses(
    running_cloud: Any, launch: Callable[..., str]
) -> None:
    script = "#!/bin/bash\ncd $HOME; mkdir www; echo %s > www/name; exec python3 -m http.server -d www 5000"
    ids = [launch(script % name) for name in ("ann", "bob")]
    urls = [f"http://{public_address(running_cloud, instance_id)}:5000/name" for instance_id in ids]
    running_cloud.instances.wait(lambda: all(map(fetch, urls)), "the servers did not answer", SECONDS)
    assert [fetch(url) for url in urls] == [b"ann\n", b"bob\n"]


def test_a_server_on_localhost_is_reached_from_inside_only(running_cloud: Any, launch: Callable[..., str]) -> None:
    script = "python3 -m http.server -b 127.0.0.1 5000 & for i in {1..100}; do curl -sf localhost:5000 >/dev/null && "
    instance_id = launch(f"#!/bin/bash\n{script} break; sleep 0.1; done; echo inside; wait")
    instance = running_cloud.instances.get(instance_id)
    running_cloud.instances.wait(lambda: "inside" in instance.console(), "not reached from inside", SECONDS)
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(f"http://{instance.address}:5000/", timeout=5)


def public_address(running_cloud: Any, instance_id: str) -> str:
    found = running_cloud.client("ec2").describe_instances(InstanceIds=[instance_id])["Reservations"][0]["Instances"][0]
    assert found["PublicIpAddress"] == found["PrivateIpAddress"] == running_cloud.instances.get(instance_id).address
    return found["PublicIpAddress"]


def fetch(url: str) -> bytes:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return answer.read()
    except OSError:
        return b""


def test_twenty_instances_run_at_once(running_cloud: Any) -> None:
    ec2 = running_cloud.client("ec2")
    image = running_cloud.client("ssm").get_parameter(Name=PARAMETER)["Parameter"]["Value"]
    script = "#!/bin/bash\npython3 -c 'import os; print(os.environ[\"DAY89_ADDRESS\"])'; shutdown now"
    ec2.run_instances(
        ImageId=image, InstanceType="t3.micro", MinCount=20, MaxCount=20, UserData=script,
        InstanceInitiatedShutdownBehavior="terminate",
    )  # fmt: skip
    running_cloud.instances.wait_idle(60)
    printed = {instance.console().strip() for instance in running_cloud.instances}
    assert printed == {instance.address for instance in running_cloud.instances}
    assert len(printed) == 20


def test_auto_scaling_launches_run_too(running_cloud: Any) -> None:
    image = running_cloud.client("ssm").get_parameter(Name=PARAMETER)["Parameter"]["Value"]
    script = "IyEvYmluL2Jhc2gKZWNobyBzY2FsZWQK"  # "#!/bin/bash\necho scaled\n"
    data = {"ImageId": image, "InstanceType": "t3.micro", "UserData": script}
    running_cloud.client("ec2").create_launch_template(LaunchTemplateName="workers", LaunchTemplateData=data)
    running_cloud.client("autoscaling").create_auto_scaling_group(
        AutoScalingGroupName="asg", MinSize=2, MaxSize=2, AvailabilityZones=["us-east-1a"],
        LaunchTemplate={"LaunchTemplateName": "workers", "Version": "$Latest"},
    )  # fmt: skip
    running_cloud.instances.wait_idle(SECONDS)
    assert [instance.console() for instance in running_cloud.instances] == ["scaled\n", "scaled\n"]


def test_instances_run_in_every_region(running_cloud: Any, run: Callable[..., str]) -> None:
    output = run('curl -s -H "X-aws-ec2-metadata-token: $(curl -s -X PUT http://169.254.169.254/latest/api/token '
                 '-H "X-aws-ec2-metadata-token-ttl-seconds: 60")" http://169.254.169.254/latest/meta-data/placement/region',
                 region="eu-central-1")  # fmt: skip
    assert output == "eu-central-1"


def test_an_instance_that_is_unknown_is_a_lookup_error(running_cloud: Any) -> None:
    with pytest.raises(NotFoundError, match="i-0"):
        running_cloud.instances.get("i-0")


def test_waiting_for_a_busy_instance_ends_in_time_and_names_it(running_cloud: Any, launch: Callable[..., str]) -> None:
    instance_id = launch("#!/bin/bash\nsleep 300")
    with pytest.raises(WaitTimeoutError, match=instance_id):
        running_cloud.instances.wait_idle(0.05)


def test_a_cloud_without_instances_says_so() -> None:
    with day89.cloud.local() as cloud, pytest.raises(ToolError, match="instances=True"):
        cloud.instances.get("i-0")
