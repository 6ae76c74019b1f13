"""Of one's own file a check also tells its AWS calls, their price and what was printed; breakpoints say what to run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from day89.course.exercise.tasks import choose
from day89.course.grading.grade import grade
from day89.course.results.results import CheckResult

CHECKS = """
import pytest
from day89.course.checks.expectations import expect_equal

@pytest.mark.task("1.3", "core", points=3)
@pytest.mark.limit(SECONDS)
@pytest.mark.cloud(page_size=3)
def test_first(task, cloud):
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket="bucket")
    for number in range(5):
        s3.put_object(Bucket="bucket", Key=f"k{number}", Body=b"x")
    expect_equal(task.list_keys(s3, "bucket"), ["k0"], task.last_call)
    s3.list_buckets()

@pytest.mark.task("1.3", "core", points=2)
@pytest.mark.limit(SECONDS)
def test_second(task, cloud):
    expect_equal(task.list_keys(cloud.client("s3"), "second"), [], task.last_call)
"""
WORKER = """
import pytest

@pytest.mark.task("1.3", "core", points=3)
@pytest.mark.limit(SECONDS)
@pytest.mark.cloud(instances=True)
def test_worker(task, cloud):
    ec2 = cloud.client("ec2")
    image = ec2.describe_images()["Images"][0]["ImageId"]
    script = "#!/bin/bash\\necho the worker is stuck here\\nsleep 300"
    ec2.run_instances(ImageId=image, InstanceType="t3.micro", MinCount=1, MaxCount=1, UserData=script)
    cloud.instances.wait(lambda: all("stuck" in one.console() for one in cloud.instances), "nothing was printed", 60)
    task.list_keys(cloud.client("s3"), "bucket")
"""
Judged = Callable[..., list[CheckResult]]


@pytest.fixture
def judged(tmp_path: Path, supervisor) -> Judged:
    """Return a function that judges a body of list_keys by the checks above."""
    folder = tmp_path / "checks"
    folder.mkdir()

    def judge(body: str, *, seconds: int = 60, checks_text: str = CHECKS, **options: bool) -> list[CheckResult]:
        (folder / "test_exercise_1.py").write_text(checks_text.replace("SECONDS", str(seconds)))
        source = tmp_path / "answers.py"
        source.write_text(f"import os, sys, pdb\ndef list_keys(s3, bucket):\n    {body}\n")
        settings = {"checks": folder, "supervisor": supervisor, "own": True, **options}
        return list(grade(source, choose(["1.3"], None), 1, **settings).tasks[0].checks)

    return judge


def test_only_the_calls_of_the_learners_code_are_told_in_order_with_their_price(judged):
    first, _ = judged("s3.head_bucket(Bucket=bucket); s3.list_objects_v2(Bucket=bucket); return []")
    assert [(call.number, call.operation, call.subject) for call in first.calls] == [
        (1, "HeadBucket", "bucket"),
        (2, "ListObjectsV2", "bucket"),
    ]
    assert first.calls[1].answer == "200, 3 keys, IsTruncated=true"
    assert first.calls[1].truncated
    assert first.calls[1].usd == pytest.approx(5e-06)
    assert first.calls[1].params == "Bucket='bucket'"


def test_a_long_trace_keeps_both_ends_and_the_sum(judged):
    first, _ = judged("[s3.list_buckets() for _ in range(250)]; return []")
    assert len(first.calls) == 201
    assert first.calls[100].count == 50
    assert sum(call.usd for call in first.calls) == pytest.approx(250 * first.calls[0].usd)


def test_each_check_tells_what_was_printed_in_it(judged):
    first, second = judged("print('MARK', bucket); sys.stderr.write('oops'); os.system('echo child'); return []")
    assert first.printed == "MARK bucket\noopschild\n"
    assert second.printed == "MARK second\noopschild\n"


def test_a_flood_is_cut_and_its_end_is_kept(judged):
    first, second = judged("[print('flood', n) for n in range(100_000)] if bucket == 'bucket' else print('calm')")
    assert len(first.printed) == 64 * 1024
    assert first.printed.endswith("flood 99999\n")
    assert second.printed == "calm\n"


@pytest.mark.parametrize("end", ["while True: pass", "os._exit(3)", "os.kill(os.getpid(), 11)"])
def test_a_check_that_ends_badly_still_tells_what_was_printed(judged, end):
    first, _ = judged(f"print('before'); s3.list_buckets()\n    {end}", seconds=2)
    assert first.outcome in ("timeout", "killed")
    assert first.printed == "before\n"


def test_a_check_that_takes_too_long_tells_its_calls(judged):
    first, _ = judged("s3.list_buckets()\n    while True: pass", seconds=4)
    assert (first.outcome, [call.operation for call in first.calls]) == ("timeout", ["ListBuckets"])


def test_a_worker_that_never_answers_shows_its_console(judged):
    (checked, *_) = judged("while True: pass", seconds=4, checks_text=WORKER)
    assert checked.outcome == "timeout"
    assert any(line.endswith("its console ends with:") for line in checked.evidence)
    assert "the worker is stuck here" in checked.evidence


@pytest.mark.parametrize("stop", ["breakpoint()", "pdb.set_trace()", "import pdb as p; p.set_trace()"])
def test_a_breakpoint_says_which_command_to_run_and_no_except_hides_it(judged, stop):
    body = f"try:\n        {stop}\n    except Exception:\n        pass\n    return []"
    first, _ = judged(body)
    assert first.outcome == "failed"
    assert "day89 debug 1.3" in (first.found or "")
    assert first.line == 4
    _, second = judged(body, breakpoints=False)
    assert second.outcome == "passed"


def test_input_says_that_nobody_types(judged):
    first, _ = judged("return input('name?')")
    assert "EOFError: input() has no keyboard here" in (first.found or "")
    assert first.printed == "name?\n"


def test_a_file_that_is_not_ones_own_tells_neither(judged):
    first, _ = judged("print('MARK'); s3.list_buckets(); return []", own=False)
    assert (first.calls, first.printed) == ((), "")
    assert "calls" not in first.as_json()


def test_what_is_told_can_be_written_as_json(judged):
    first, _ = judged("print('MARK'); s3.list_buckets(); return []")
    data = first.as_json()
    assert data["printed"] == "MARK\n"
    assert data["calls"][0]["operation"] == "ListBuckets"


def test_a_check_that_failed_tells_what_was_in_its_cloud_and_the_result_file_does_not(judged):
    first, second = judged("return []")
    assert [one["key"] for one in first.cloud["buckets"][0]["rows"]] == [f"k{number}" for number in range(5)]
    assert second.passed
    assert second.cloud is None
    assert "cloud" not in first.as_json()
    assert all(one.cloud is None for one in judged("return []", own=False))
