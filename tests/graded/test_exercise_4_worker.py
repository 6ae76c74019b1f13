"""Check task 4.3, worker_user_data: an instance really runs the script, and what it does is what counts."""

from __future__ import annotations

from typing import Any

import pytest
from support import holding
from support_workers import GONE, WORKER, Place, expect_no_credentials, new_place, tail, wait_until_done

from day89.course.checks.expectations import expect, expect_type, show
from day89.course.checks.fake_data import Names

pytestmark = [pytest.mark.filterwarnings("ignore"), pytest.mark.limit(40)]

# The course's own code for the worker: what main of exercise.py promises, without the weight of pandas.
CODE = """
import sys

import boto3


def main(arguments):
    if arguments[:1] != ["run-job"] or len(arguments) != 4:
        raise SystemExit("usage: run-job BUCKET INPUT_KEY OUTPUT_KEY")
    s3 = boto3.client("s3")
    data = s3.get_object(Bucket=arguments[1], Key=arguments[2])["Body"].read()
    print("the job says", data.decode())
    print("the job warns", data.decode(), file=sys.stderr)
    s3.put_object(Bucket=arguments[1], Key=arguments[3], Body=data.upper())


if __name__ == "__main__":
    main(sys.argv[1:])
"""
# Each of these means something to a shell, unless it is quoted.
HARD = ("'", '"', "$HOME", "`id`", "&", ";", "(1)", "*", "é", "  ", "#", "$(id)", ">", "|")


def script(task: Any, bucket: str, *keys: str) -> str:
    """Return the learner's script."""
    text = task.worker_user_data(bucket, *keys)
    expect_type(text, str, task.last_call, "N8")
    # AWS would take neither for a script, and an instance would say less than this.
    expect(
        text[:2] == "#!", called=task.last_call, expected="text that begins with '#!'", found=show(text), mistake="N8"
    )
    size = len(text.encode())
    expect(size <= 16 * 1024, called=task.last_call, expected="at most 16384 bytes", found=size, mistake="N12")
    return str(text)


def keys_for(names: Names) -> tuple[str, str, str]:
    """Return plain keys for code, input and output."""
    code, source = names.plain_key(".py", prefix="code/"), names.plain_key(".csv", prefix="input/")
    return code, source, names.plain_key(".csv", prefix="output/")


def hard_key(names: Names, prefix: str, extension: str) -> str:
    """Return a key that a shell takes apart unless it is quoted."""
    first, second = names.sample(HARD, 2)
    return f"{prefix}{names.tag(3)} {first}$PATH's {second}{names.tag(3)}\"{extension}"


def run(task: Any, cloud: Any, place: Place, names: Names, keys: tuple[str, str, str]) -> tuple[str, str]:
    """Launch an instance with the learner's script, wait for its end, and return its id and the call as text."""
    code, source, _ = keys
    place.put(code, CODE.encode())
    place.put(source, names.text().encode())
    instance_id = place.launch(script(task, place.bucket, *keys))
    called = f"{task.last_call} and launched an instance with it"
    wait_until_done(cloud, [instance_id], called)
    return instance_id, called


def expect_output(place: Place, keys: tuple[str, str, str], instance_id: str, called: str, mistake: str) -> None:
    """Fail unless the job has written its output."""
    _, source, target = keys
    wanted, found = (place.get(source) or b"").upper(), place.get(target)
    expect(
        found is not None,
        called=called,
        expected=f"the job's output at {show(target)}",
        found="nothing there",
        mistake=mistake,
    )
    expect(
        found == wanted,
        called=called,
        expected=f"the job's output at {show(target)} to be {show(wanted)}",
        found=show(found),
        mistake=mistake,
    )


def expect_shut_down(place: Place, instance_id: str, called: str, mistake: str) -> None:
    """Fail unless the instance has shut itself down, and so has been terminated."""
    state = place.instances()[instance_id]["State"]["Name"]
    expect(state in GONE, called=called, expected="that it shuts itself down", found=f"it is {state}", mistake=mistake)


@pytest.mark.cloud(instances=True)
@pytest.mark.task("4.3", "core", points=2)
def test_the_instance_fetches_the_code_and_runs_the_job(task: Any, cloud: Any, names: Names) -> None:
    place, keys = new_place(cloud, names, WORKER), keys_for(names)
    instance_id, called = run(task, cloud, place, names, keys)
    expect_output(place, keys, instance_id, called, "N31")


@pytest.mark.cloud(instances=True)
@pytest.mark.task("4.3", "core", points=1)
def test_the_instance_shuts_down_when_the_job_is_done(task: Any, cloud: Any, names: Names) -> None:
    place = new_place(cloud, names, WORKER)
    instance_id, called = run(task, cloud, place, names, keys_for(names))
    expect_shut_down(place, instance_id, called, "E33")


@pytest.mark.cloud(instances=True)
@pytest.mark.task("4.3", "mastery", points=0.6)
def test_the_instance_shuts_down_when_a_step_fails(task: Any, cloud: Any, names: Names) -> None:
    place, launched = new_place(cloud, names, WORKER), {}
    code, source, target = keys_for(names)
    place.put(code, CODE.encode())
    place.put(source, names.text().encode())
    for why, keys in {
        "there is no code": (f"{code}x", source, target),
        "the job fails for want of its input": (code, f"{source}x", target),
    }.items():
        instance_id = place.launch(script(task, place.bucket, *keys))
        launched[instance_id] = f"{task.last_call} and launched an instance with it, where {why}"
    wait_until_done(cloud, list(launched), next(iter(launched.values())))
    for instance_id, called in launched.items():
        expect_shut_down(place, instance_id, called, "E34")


@pytest.mark.cloud(instances=True)
@pytest.mark.task("4.3", "mastery", points=0.6)
def test_keys_may_hold_whatever_a_shell_reads_as_its_own(task: Any, cloud: Any, names: Names) -> None:
    place = new_place(cloud, names, WORKER)
    keys = (hard_key(names, "code/", ".py"), hard_key(names, "input/", ".csv"), hard_key(names, "output/", ".csv"))
    instance_id, called = run(task, cloud, place, names, keys)
    expect_output(place, keys, instance_id, f"{called}{holding(*keys, what='a key')}", "N19")


@pytest.mark.cloud(instances=True)
@pytest.mark.task("4.3", "mastery", points=0.4)
def test_the_console_shows_what_the_steps_print(task: Any, cloud: Any, names: Names) -> None:
    place, keys = new_place(cloud, names, WORKER), keys_for(names)
    instance_id, called = run(task, cloud, place, names, keys)
    said, console = (place.get(keys[1]) or b"").decode().split()[0], place.console(instance_id)
    for verb, where in (("says", ""), ("warns", " to its standard error")):
        shown = f"the job {verb} {said}" in console
        expect(
            shown,
            called=f"{called}, where the job prints {show(f'the job {verb} {said} …')}{where}",
            expected="that on its console",
            found=tail(console),
            mistake="N32" if place.get(keys[2]) else "N31",
        )


@pytest.mark.cloud(instances=True)
@pytest.mark.task("4.3", "mastery", points=0.4)
def test_it_holds_no_credentials(task: Any, cloud: Any, names: Names) -> None:
    place, keys = new_place(cloud, names, WORKER), keys_for(names)
    instance_id, called = run(task, cloud, place, names, keys)
    expect_no_credentials(place.user_data(instance_id), called)
    expect_output(place, keys, instance_id, called, "N31")  # a script that does nothing needs none
