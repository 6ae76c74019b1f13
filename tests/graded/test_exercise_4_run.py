"""Check task 4.4, run_on_ec2: the result comes back, and whatever happens no instance stays behind."""

from __future__ import annotations

import base64
import csv
import gzip
import io
import re
from pathlib import Path
from typing import Any

import pytest
from support import Attempt, expect_as_it_is, expect_forbidden, expect_missing, forbid
from support_workers import (
    READER_AND_WRITER,
    Place,
    ended_with,
    expect_launched_as_given,
    expect_launches,
    expect_none_left,
    expect_put,
    expect_untouched,
    fail_half_way,
    hide_code,
    instead_of_a_timeout,
    interrupt_after_launch,
    launch_beside,
    launched,
    new_place,
    tail,
)

from day89.cloud.moto.transitions import Pace
from day89.course.checks.expectations import NotStarted, Wrong, expect, expect_equal, expect_type, show
from day89.course.checks.fake_data import Names
from day89.processes.stopwatch import stretched

MOST_SECONDS = 52  # that a call may wait: what sleeps is charged, and a check has 60
pytestmark = [pytest.mark.filterwarnings("ignore"), pytest.mark.limit(60)]

# A worker begins once its instance has been shown as running: whoever looks once a second sees it run, as on AWS.
BOOTS = Pace(looks=1)
READS = ("s3.HeadObject", "s3.GetObject", "s3.ListObjectsV2", "s3.ListObjects")
POLLS = (*READS, "ec2.DescribeInstances:3")


def table(names: Names, *, plain: bool = True) -> tuple[bytes, list[list[str]]]:
    """Return a CSV, and what its complete rows are, header first."""
    rows = names.rows(names.number(5, 12), missing=names.number(1, 3))
    for row in rows if plain else []:
        row["remark"] = row["remark"] and names.word()
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    complete = [list(row.values()) for row in rows if all(row.values())]
    return text.getvalue().encode(), [list(rows[0]), *complete]


def run(task: Any, place: Place, source: object, result: object, **options: Any) -> Any:
    """Call the learner's run_on_ec2."""
    return task.run_on_ec2(place.s3, place.ec2, source, place.bucket, result, **place.launch_options, **options)


def run_into_trouble(task: Any, place: Place, source: object, result: object, **options: Any) -> BaseException | None:
    """Call the learner's run_on_ec2 where it cannot succeed, and return what it raised."""
    try:
        run(task, place, source, result, **options)
    except (NotStarted, Wrong):
        raise
    except (Exception, KeyboardInterrupt) as error:
        if error is not task.last_error:
            raise
        task.last_error = None
        return error
    return None


@pytest.fixture
def source(names: Names, workdir: Path) -> str:
    """Write a CSV file with rows that have missing values."""
    path = workdir / f"{names.tag()}.csv"
    path.write_bytes(table(names)[0])
    return str(path)


@pytest.mark.cloud(instances=True, pace=BOOTS)
@pytest.mark.task("4.4", "core", points=1.5)
def test_the_result_comes_back(task: Any, cloud: Any, names: Names, workdir: Path) -> None:
    place, (data, expected) = new_place(cloud, names, READER_AND_WRITER), table(names)
    source, result = workdir / f"{names.tag()}.csv", workdir / f"{names.tag()}.csv"
    source.write_bytes(data)
    expect_result(task, cloud, place, source, result, expected)


def expect_result(task: Any, cloud: Any, place: Place, source: Path, result: Path, expected: list[list[str]]) -> None:
    """Fail unless the call brings back the complete rows of a file, and returns the path."""
    for word in ("0", "k5", "z"):  # what other calls have left there
        place.put(f"output/{word}.csv", b"id\nof another call\n")
    before = len(cloud.log)
    answer = run(task, place, source, str(result), timeout=stretched(40, MOST_SECONDS))
    expect_put(cloud.log.after(before), task.last_call, "input/", "code/")
    expect_type(answer, Path, task.last_call, "U11" if answer is None else "U31")
    expect_equal(str(answer), str(result), f"{task.last_call}, looked at the path that it returns", "U31")
    expect(result.exists(), called=task.last_call, expected=f"a file at {show(result)}", found="none", mistake="F3")
    fetched = any(
        str(call.params.get("Key")).startswith("output/") for call in cloud.log.after(before).of("s3.GetObject")
    )
    found = list(csv.reader(io.StringIO(result.read_bytes().decode(), newline="")))
    expect(
        found == expected,
        called=task.last_call,
        expected=f"what the worker makes of the file, {show(expected, 120)}",
        found=show(found, 120),
        mistake="D19" if found[:1] == [["id"]] else None if fetched else "F2",
    )


@pytest.mark.cloud(instances=True, pace=BOOTS)
@pytest.mark.task("4.4", "core", points=1)
def test_one_worker_is_launched_and_gone_afterwards(
    task: Any, cloud: Any, names: Names, source: str, workdir: Path
) -> None:
    place = new_place(cloud, names, READER_AND_WRITER)
    run(task, place, source, workdir / "result.csv", timeout=stretched(40, MOST_SECONDS))
    expect_none_left(place, task.last_call, "E18")
    expect_launched_as_given(place, cloud.log, task.last_call)
    launched = len(place.instances())
    expect(
        launched == 1,
        called=task.last_call,
        expected="1 instance",
        found=f"that {launched} were launched",
        mistake="E3" if launched else "F3",
    )


@pytest.mark.task("4.4", "core", points=0.5)
def test_nothing_is_launched_where_file_or_bucket_are_missing(
    task: Any, cloud: Any, names: Names, source: str, workdir: Path
) -> None:
    place, absent, result = new_place(cloud, names, READER_AND_WRITER), names.bucket(), workdir / "result.csv"
    options = {**place.launch_options, "timeout": 3}
    missing = str(workdir / f"{names.tag()}.csv")
    expect_launches(task, cloud, "run_on_ec2", place.s3, place.ec2, source, place.bucket, result, **options)
    task.raises(
        FileNotFoundError, "run_on_ec2", place.s3, place.ec2, missing, place.bucket, result, mistake="U25", **options
    )
    expect(not place.instances(), called=task.last_call, expected="no launch", found="an instance", mistake="U25")
    expect_missing(task, absent, "run_on_ec2", place.s3, place.ec2, source, absent, result, **options)
    expect_none_left(place, f"{task.last_call}, where the bucket does not exist", "E22")


@pytest.mark.cloud(instances=True, pace=BOOTS)
@pytest.mark.task("4.4", "mastery", points=0.2)
def test_a_compressed_file_in_another_region(task: Any, cloud: Any, names: Names, workdir: Path) -> None:
    place = new_place(cloud, names, READER_AND_WRITER, names.region())
    data, expected = table(names, plain=False)
    source, result = workdir / f"{names.tag()} it's.csv.gz", workdir / f"{names.tag()}.csv"
    source.write_bytes(gzip.compress(data))
    expect_result(task, cloud, place, source, result, expected)


@pytest.mark.task("4.4", "mastery", points=0.2)
def test_no_output_in_time_is_a_timeout_error(task: Any, cloud: Any, names: Names, source: str, workdir: Path) -> None:
    place = new_place(cloud, names, READER_AND_WRITER)  # its instances never do anything
    error = run_into_trouble(task, place, source, workdir / "result.csv", timeout=0.3)
    called = f"{task.last_call} with a worker that never writes anything"
    launched(cloud.log, called, error)
    expect(
        isinstance(error, TimeoutError),
        called=called,
        expected="a TimeoutError",
        found=ended_with(error),
        mistake=instead_of_a_timeout(error),
    )
    expect_none_left(place, called, "E22")


@pytest.mark.cloud(instances=True, pace=BOOTS)
@pytest.mark.task("4.4", "mastery", points=0.3)
def test_a_worker_that_ends_without_output_is_a_runtime_error(
    task: Any, cloud: Any, names: Names, source: str, workdir: Path
) -> None:
    place = new_place(cloud, names, READER_AND_WRITER)
    hide_code(cloud, f"{names.text(400)}: {names.tag(40)}")  # a console as long as real ones are
    error = run_into_trouble(task, place, source, workdir / "result.csv", timeout=stretched(20, MOST_SECONDS))
    called = f"{task.last_call} where S3 refuses the code to the worker"
    expect_none_left(place, called, "E22")
    found = list(place.instances())
    expect(len(found) == 1, called=called, expected="one launch", found=len(found), mistake="E3" if found else "F3")
    (instance_id,) = found
    console = place.console(instance_id)
    hint = (
        " (did the script of your worker_user_data shut the instance down?)" if isinstance(error, TimeoutError) else ""
    )
    expect(
        isinstance(error, RuntimeError),
        called=called,
        expected="a RuntimeError, as it has ended",
        found=f"{ended_with(error)}{hint}",
        mistake="E35",
    )
    wanted = re.sub(r"\W", "", console)[-40:]
    told = re.sub(r"\W", "", str(error).replace("\\n", " "))
    expect(
        wanted in told,
        called=called,
        expected=f"the tail of the console in the message, {show(tail(console, 80))}",
        found=show(str(error)),
        mistake="E35",
    )


@pytest.mark.task("4.4", "mastery", points=0.2)
def test_a_launch_that_fails_half_way_leaves_nothing(
    task: Any, cloud: Any, names: Names, source: str, workdir: Path
) -> None:
    place = new_place(cloud, names, READER_AND_WRITER)
    fail_half_way(cloud)
    error = run_into_trouble(task, place, source, workdir / "result.csv", timeout=1)
    cloud.faults.clear()
    launched(cloud.log, task.last_call, error)
    expect_none_left(place, f"{task.last_call}, where a call after the launch failed: {ended_with(error)}", "E48")
    forbid(cloud, "ec2.RunInstances")  # cleaning up must not hide what AWS said
    options = {**place.launch_options, "timeout": 1}
    result = workdir / "b.csv"
    expect_forbidden(task, "E23", "run_on_ec2", place.s3, place.ec2, source, place.bucket, result, **options)


@pytest.mark.task("4.4", "mastery", points=0.2)
def test_a_forbidden_output_is_not_a_missing_one(
    task: Any, cloud: Any, names: Names, source: str, workdir: Path
) -> None:
    place, reads = new_place(cloud, names, READER_AND_WRITER), []

    def launched_now(call: Any) -> None:
        reads.extend(cloud.faults.add(action, code="AccessDenied", status=403, times=None) for action in READS)

    cloud.faults.add("ec2.RunInstances", before=launched_now)
    error = run_into_trouble(task, place, source, workdir / "result.csv", timeout=1)
    cloud.faults.clear()
    called = f"{task.last_call}, where S3 refuses to say whether the output is there"
    launched(cloud.log, task.last_call, error)
    expect_none_left(place, called, "E22")
    if any(fault.met for fault in reads):
        expect_as_it_is(task, "R2", Attempt(None, error))


@pytest.mark.task("4.4", "mastery", points=0.3)
def test_an_interrupt_leaves_nothing(task: Any, cloud: Any, names: Names, source: str, workdir: Path) -> None:
    place = new_place(cloud, names, READER_AND_WRITER)
    came = interrupt_after_launch(cloud, *POLLS)
    error = run_into_trouble(task, place, source, workdir / "result.csv", timeout=1)
    cloud.faults.clear()
    launched(cloud.log, task.last_call, error)
    where = f"Ctrl-C at {came[0]}" if came else "the worker never answers"
    expect_none_left(place, f"{task.last_call}, where {where}", "E37")


@pytest.mark.task("4.4", "mastery", points=0.2)
def test_an_output_that_is_written_between_two_looks_counts(
    task: Any, cloud: Any, names: Names, source: str, workdir: Path
) -> None:
    place, wanted = new_place(cloud, names, READER_AND_WRITER), names.text().encode()
    came = end_between_looks(cloud, place, wanted)
    error = run_into_trouble(task, place, source, workdir / "result.csv", timeout=stretched(20, MOST_SECONDS))
    cloud.faults.clear()
    called = f"{task.last_call}, where the worker writes {came[0] if came else 'its output'} and ends just "
    called += "after a look at the output"
    launched(cloud.log, called, error)
    expect(error is None, called=called, expected="the result", found=ended_with(error), mistake="E47")
    expect(
        (workdir / "result.csv").read_bytes() == wanted,
        called=called,
        expected="what it wrote",
        found="other bytes",
        mistake="F3",
    )


def end_between_looks(cloud: Any, place: Place, data: bytes) -> list[str]:
    """Have the worker write its output and end once the output was looked for; return its key, once it has."""
    looks: list[str] = []
    states: list[str] = []
    came: list[str] = []

    def look(call: Any) -> None:
        where = str(call.params.get("Key") or call.params.get("Prefix") or "")
        if where.startswith("output/"):
            looks.append(where)
            if len(looks) > 2:
                end(call)

    def look_at_state(call: Any) -> None:
        states.append(call.action)
        if looks or len(states) > 5:  # who waits for the end of the worker does not look for its output before
            end(call)

    def end(call: Any) -> None:
        known = sorted(key for key in keys_used(cloud.log) if key.startswith("output/"))
        # User data may hold the key in any form; then it is what was looked for.
        known = known or [where for where in looks if not where.endswith("/")][-1:]
        if known and not came:
            came.append(known[-1])
            place.put(known[-1], data)
            place.ec2.terminate_instances(InstanceIds=list(place.instances()))

    def after_launch(call: Any) -> None:
        for action in ("s3.HeadObject", "s3.GetObject", "s3.ListObjectsV2", "s3.ListObjects", "s3.ListObjectVersions"):
            cloud.faults.add(action, times=None, before=look)
        for action in ("ec2.DescribeInstances", "ec2.DescribeInstanceStatus"):
            cloud.faults.add(action, times=None, before=look_at_state)

    cloud.faults.add("ec2.RunInstances", before=after_launch)
    return came


@pytest.mark.task("4.4", "mastery", points=0.2)
def test_a_call_leaves_the_instances_of_others_alone(
    task: Any, cloud: Any, names: Names, source: str, workdir: Path
) -> None:
    place = new_place(cloud, names, READER_AND_WRITER)
    run_into_trouble(task, place, source, workdir / "result.csv", timeout=0.05)
    other = launch_beside(place, cloud.log)
    before = len(cloud.log)
    error = run_into_trouble(task, place, source, workdir / "result.csv", timeout=0.05)
    launched(cloud.log.after(before), task.last_call, error)
    expect_untouched(place, other, f"{task.last_call} while the worker of another call runs")


@pytest.mark.task("4.4", "mastery", points=0.2)
def test_two_calls_use_keys_of_their_own(task: Any, cloud: Any, names: Names, workdir: Path) -> None:
    place = new_place(cloud, names, READER_AND_WRITER)
    runs = []
    (workdir / "data.csv").write_bytes(table(names)[0])
    for _ in range(3):  # fast: within one second, as calls at the same time would be, and on the same file
        before = len(cloud.log)
        error = run_into_trouble(task, place, str(workdir / "data.csv"), workdir / "result.csv", timeout=0.05)
        launched(cloud.log.after(before), task.last_call, error)
        runs.append(keys_used(cloud.log.after(before)))
    for what in ("input/", "output/"):
        used = [sorted(key for key in keys if key.startswith(what)) for keys in runs]
        shared = set(used[0]) & set(used[1]) | set(used[1]) & set(used[2])
        expect(
            not shared,
            called=f"{task.last_call} three times",
            expected=f"keys under {what} that no other call uses",
            found=f"{show(sorted(shared))} used more than once",
            mistake="D19",
        )


def decoded(text: str) -> str:
    """Return what base64 says, or nothing where it is none."""
    try:
        return base64.b64decode(text).decode(errors="replace")
    except ValueError:
        return ""


def keys_used(log: Any) -> set[str]:
    """Return the keys under input/ and output/ that calls name: written, looked for, or handed over in user data."""
    found = {str(call.params.get("Key", "")) for call in log.of("s3")}
    for call in log.of("ec2.RunInstances"):
        text = decoded(call.params.get("UserData", ""))
        # Words may stand there in base64 once more, so that no shell takes them apart.
        for part in (text, *map(decoded, re.findall(r"[A-Za-z0-9+/]{24,}={0,2}", text))):
            found |= set(re.findall(r"(?:input|output)/[\w./-]*\w", part))
    return {key for key in found if key.startswith(("input/", "output/"))}
