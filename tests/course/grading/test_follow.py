"""A mistake is charged once: what calls a function that does not work is judged with the course's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from day89.course.boundary.carried import answer_carried
from day89.course.boundary.codec import encode
from day89.course.exercise.files import course_file
from day89.course.exercise.tasks import choose, task
from day89.course.grading.follow import needs
from day89.course.grading.grade import grade

SOLUTION = Path(course_file("solution.py")).read_text("utf-8")
LAST_PAGE = """
def list_keys(s3, bucket, prefix=""):
    try:
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix):
            keys = [item["Key"] for item in page.get("Contents", [])]
    except s3.exceptions.NoSuchBucket:
        raise LookupError(bucket) from None
    return keys
"""
UNFINISHED = '\ndef list_keys(s3, bucket, prefix=""):\n    raise NotImplementedError("Task 1.3")\n'
WRONG_COUNT = """
def delete_prefix(s3, bucket, prefix):
    for key in list_keys(s3, bucket, prefix):
        s3.delete_object(Bucket=bucket, Key=key)
    return 0
"""


def statuses(supervisor, path, source, ids):
    path.write_text(source)
    result = grade(path, choose(ids, None), 3, supervisor=supervisor)
    return {one.id: (one.status, one.carried) for one in result.tasks}


@pytest.mark.parametrize(("wrong", "own"), [(LAST_PAGE, "core_incomplete"), (UNFINISHED, "not_started")])
def test_what_calls_a_wrong_function_keeps_its_points(supervisor, tmp_path, wrong, own):
    found = statuses(supervisor, tmp_path / "exercise.py", SOLUTION + wrong, ["1.3", "1.4"])
    assert found == {"1.3": (own, ()), "1.4": ("complete", ("list_keys",))}


def test_a_task_judged_alone_is_judged_the_same(supervisor, tmp_path):
    found = statuses(supervisor, tmp_path / "exercise.py", SOLUTION + LAST_PAGE, ["1.4"])
    assert found == {"1.4": ("complete", ("list_keys",))}


def test_its_own_mistakes_still_cost(supervisor, tmp_path):
    found = statuses(supervisor, tmp_path / "exercise.py", SOLUTION + LAST_PAGE + WRONG_COUNT, ["1.3", "1.4"])
    assert found["1.4"][0] == "core_incomplete"


def test_what_a_task_needs_is_read_from_its_calls_and_from_what_its_instance_runs():
    assert [one.id for one in needs(SOLUTION, task("1.4"))] == ["1.3"]
    assert {"4.1", "4.3", "1.1", "3.2"} <= {one.id for one in needs(SOLUTION, task("4.4"))}
    assert not {"5.2", "5.3"} & {one.id for one in needs(SOLUTION, task("4.4"))}
    assert {"5.2", "5.3"} <= {one.id for one in needs(SOLUTION, task("5.4"))}


def message(function, *arguments, file=None):
    return {"carried": function, "arguments": [encode(one) for one in arguments], "keywords": {}, "file": encode(file)}


def test_only_what_stands_in_can_be_asked_for():
    with pytest.raises(ValueError, match="secure_bucket does not take the place"):
        answer_carried(message("secure_bucket", "s3", "b"), ["list_keys"])


def test_no_file_of_the_grader_is_read_by_name():
    answer = answer_carried(message("upload_file", "s3", "/etc/hostname", "key", file=None), ["upload_file"])
    assert answer["error"]["names"][0] == "TypeError"
