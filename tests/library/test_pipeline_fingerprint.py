"""A step is another step when anything that decides what it does is another."""

from __future__ import annotations

import functools
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy
import pandas
import pytest

from day89.cloud import local
from day89.errors import InvalidInputError
from day89.pipeline import drop_incomplete, run_pipeline
from day89.pipeline.fingerprint import fingerprint


def threshold(frame: pandas.DataFrame, limit: int) -> Any:
    bad = frame.index[frame["v"].astype(int) < limit]
    return frame.drop(bad), pandas.Series(["small"] * len(bad), index=bad, dtype=str)


def closure(limit: int) -> Callable[..., Any]:
    def step(frame: pandas.DataFrame) -> Any:
        return threshold(frame, limit)

    return step


def default(limit: int) -> Callable[..., Any]:
    def step(frame: pandas.DataFrame, *, at: Any = (limit, {"deep": [limit]})) -> Any:
        return threshold(frame, at[0])

    return step


class Drop:
    def __init__(self, limit: int) -> None:
        self.limit = limit

    def __call__(self, frame: pandas.DataFrame) -> Any:
        return threshold(frame, self.limit)

    def method(self, frame: pandas.DataFrame) -> Any:
        return threshold(frame, self.limit)


class Slotted:
    __slots__ = ("limit",)

    def __init__(self, limit: int) -> None:
        self.limit = numpy.array([limit])

    def __call__(self, frame: pandas.DataFrame) -> Any:
        return threshold(frame, self.limit[0])


def of_global(limit: int) -> Callable[..., Any]:
    names: dict[str, Any] = {"threshold": threshold, "LIMIT": limit}
    exec("def helper():\n    return LIMIT\ndef step(frame):\n    return threshold(frame, helper())", names)
    return names["step"]


MAKERS: dict[str, Callable[[int], Callable[..., Any]]] = {
    "partial": lambda limit: functools.partial(threshold, limit=limit),
    "partial of a partial": lambda limit: functools.partial(functools.partial(threshold), limit=limit),
    "closure": closure,
    "default": default,
    "lambda": lambda limit: lambda frame: threshold(frame, limit),
    "object": Drop,
    "slots": Slotted,
    "method": lambda limit: Drop(limit).method,
    "global of a helper": of_global,
    "decorated": lambda limit: functools.wraps(threshold)(closure(limit)),
    "table": lambda limit: functools.partial(threshold, limit=pandas.Series([limit])),
    "set": lambda limit: functools.partial(threshold, limit={limit, "a", "b"}),
    "pattern": lambda limit: functools.partial(threshold, limit=re.compile(str(limit))),
}


@pytest.mark.parametrize("name", MAKERS)
def test_another_parameter_makes_another_step(name: str) -> None:
    make = MAKERS[name]
    assert fingerprint(make(2)) == fingerprint(make(2))
    assert fingerprint(make(2)) != fingerprint(make(8))


def test_another_body_in_the_same_place_makes_another_step() -> None:
    def load(text: str) -> Callable[..., Any]:
        names: dict[str, Any] = {}
        exec(f"def step(frame):\n    return {text}", names)
        return names["step"]

    assert (
        len({fingerprint(load(text)) for text in ("frame + 1", "frame + 2", "frame.a", "frame.b", "a(b)", "b(a)")}) == 6
    )


@pytest.mark.parametrize(
    "held", [threading.Lock(), iter([1]), (number for number in range(3))], ids=lambda held: type(held).__name__
)
def test_what_nobody_can_tell_apart_needs_a_revision(held: Any) -> None:
    step = functools.partial(threshold, limit=held)
    with pytest.raises(InvalidInputError, match=r"holds a .* pass revision="):
        fingerprint(step)
    assert fingerprint(step, "1") == fingerprint(step, "1")


def test_a_function_may_call_itself_and_an_object_may_hold_itself() -> None:
    def again(frame: Any) -> Any:
        return again(frame)

    held = Drop(1)
    held.limit = held  # type: ignore[assignment]
    assert fingerprint(again) == fingerprint(again)
    assert fingerprint(held) != fingerprint(Drop(1))


def test_another_process_tells_the_same(tmp_path: Path) -> None:
    program = (
        "import sys; sys.path.insert(0, sys.argv[1]); import test_pipeline_fingerprint as t\n"
        "print([t.fingerprint(make(2)) for make in t.MAKERS.values()], t.fingerprint(t.drop_incomplete))"
    )
    ran = {
        subprocess.run(
            [sys.executable, "-c", program, str(Path(__file__).parent)],
            env={"PYTHONHASHSEED": seed, "HOME": str(tmp_path)}, capture_output=True, text=True, check=True,
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(ran) == 1
    assert fingerprint(drop_incomplete) in ran.pop()


@pytest.fixture
def s3(clean_environment: None) -> Iterator[Any]:
    with local() as cloud:
        client = cloud.client("s3")
        client.create_bucket(Bucket="steps")
        yield client


@pytest.mark.parametrize("name", ["partial", "closure", "lambda", "object"])
def test_a_job_with_another_parameter_is_not_taken_for_done(s3: Any, name: str) -> None:
    s3.put_object(Bucket="steps", Key="in.csv", Body=b"id,v\n1,1\n2,5\n3,9\n")
    found = []
    for limit in (2, 8):
        run_pipeline(s3, "steps", ["in.csv"], "out.csv", MAKERS[name](limit))
        found.append(s3.get_object(Bucket="steps", Key="out.csv")["Body"].read())
    assert found == [b"id,v\n2,5\n3,9\n", b"id,v\n3,9\n"]
