"""The ``aws`` command of an instance, run in process against the cloud: transfers, lists, any other call."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import day89.cloud
from day89.cloud.guest.aws import main

KEYS = ["a b.csv", "it's +1%.csv", "ü/日本.txt", "--dash/x"]


@pytest.fixture
def s3(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.chdir(tmp_path)
    with day89.cloud.local() as cloud:
        client = cloud.client("s3")
        client.create_bucket(Bucket="lab")
        yield client


@pytest.fixture
def run(s3: Any, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Run a command line and return status, output and errors."""

    def run(*words: str) -> tuple[int, str, str]:
        status = main.main(list(words))
        printed = capsys.readouterr()
        return status, printed.out, printed.err

    return run


def content(s3: Any, key: str) -> bytes:
    return s3.get_object(Bucket="lab", Key=key)["Body"].read()


@pytest.mark.parametrize("key", KEYS)
def test_a_file_goes_up_and_comes_down(run: Any, s3: Any, key: str) -> None:
    Path("in file").write_bytes(b"data")
    assert run("s3", "cp", "in file", f"s3://lab/{key}") == (0, f"upload: ./in file to s3://lab/{key}\n", "")
    assert run("s3", "cp", f"s3://lab/{key}", "new/out", "--only-show-errors") == (0, "", "")
    assert Path("new/out").read_bytes() == b"data"


@pytest.mark.parametrize(("target", "key"), [("s3://lab", "a.csv"), ("s3://lab/", "a.csv"), ("s3://lab/x/", "x/a.csv")])
def test_a_target_that_is_a_folder_keeps_the_name(run: Any, s3: Any, target: str, key: str) -> None:
    Path("a.csv").write_bytes(b"1")
    run("s3", "cp", "a.csv", target, "--no-progress", "--storage-class", "STANDARD_IA")
    head = s3.head_object(Bucket="lab", Key=key)
    assert (head["ContentType"], head["StorageClass"]) == ("text/csv", "STANDARD_IA")


def test_a_download_into_a_folder_keeps_the_name(run: Any, s3: Any) -> None:
    s3.put_object(Bucket="lab", Key="x/a.csv", Body=b"1")
    run("s3", "cp", "s3://lab/x/a.csv", ".")
    assert Path("a.csv").read_bytes() == b"1"


def test_a_copy_inside_s3_and_a_move(run: Any, s3: Any) -> None:
    s3.put_object(Bucket="lab", Key="a b", Body=b"1")
    assert run("s3", "cp", "s3://lab/a b", "s3://lab/c")[1] == "copy: s3://lab/a b to s3://lab/c\n"
    assert run("s3", "mv", "s3://lab/a b", "s3://lab/d")[1] == "move: s3://lab/a b to s3://lab/d\n"
    assert [item["Key"] for item in s3.list_objects_v2(Bucket="lab")["Contents"]] == ["c", "d"]


def test_streams_are_written_and_read(run: Any, s3: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"piped")))
    run("s3", "cp", "-", "s3://lab/p")
    assert content(s3, "p") == b"piped"
    assert run("s3", "cp", "s3://lab/p", "-")[1] == "piped"


def test_a_missing_key_is_a_fatal_error(run: Any) -> None:
    status, out, err = run("s3", "cp", "s3://lab/nope", "x")
    assert (status, out) == (1, "")
    assert err == (
        '\nfatal error: An error occurred (404) when calling the HeadObject operation: Key "nope" does not exist\n'
    )
    assert not Path("x").exists()


def test_a_missing_file_is_255(run: Any) -> None:
    assert run("s3", "cp", "nope", "s3://lab/x") == (255, "", "\nThe user-provided path nope does not exist.\n")


def test_a_missing_bucket_is_an_error(run: Any) -> None:
    Path("a").write_bytes(b"1")
    status, _, err = run("s3", "cp", "a", "s3://no-such-bucket-here/a")
    assert status == 1
    assert err.startswith("\nupload failed: ./a to s3://no-such-bucket-here/a An error occurred (NoSuchBucket)")


def test_a_folder_goes_up_and_comes_down(run: Any, s3: Any) -> None:
    Path("d/e").mkdir(parents=True)
    Path("d/1.csv").write_bytes(b"1")
    Path("d/e/2.txt").write_bytes(b"2")
    run("s3", "cp", "d", "s3://lab/up", "--recursive", "--exclude", "*", "--include", "*.txt")
    assert [item["Key"] for item in s3.list_objects_v2(Bucket="lab")["Contents"]] == ["up/e/2.txt"]
    run("s3", "cp", "s3://lab/up", "back", "--recursive")
    assert Path("back/e/2.txt").read_bytes() == b"2"


def test_sync_moves_only_what_differs(run: Any, s3: Any) -> None:
    Path("d").mkdir()
    Path("d/1").write_bytes(b"1")
    assert run("s3", "sync", "d", "s3://lab/x")[1] == "upload: d/1 to s3://lab/x/1\n".replace("d/1", "./d/1")
    os.utime("d/1", (1, 1))
    assert run("s3", "sync", "d", "s3://lab/x") == (0, "", "")
    Path("d/1").write_bytes(b"12")
    s3.put_object(Bucket="lab", Key="x/old", Body=b"")
    run("s3", "sync", "d", "s3://lab/x", "--delete")
    assert {item["Key"]: item["Size"] for item in s3.list_objects_v2(Bucket="lab")["Contents"]} == {"x/1": 2}


def test_lists_show_prefixes_and_sizes(run: Any, s3: Any) -> None:
    s3.put_object(Bucket="lab", Key="a/b", Body=b"12345")
    s3.put_object(Bucket="lab", Key="c", Body=b"1")
    assert run("s3", "ls")[1].endswith(" lab\n")
    lines = run("s3", "ls", "s3://lab")[1].splitlines()
    assert [lines[0], lines[1][20:]] == ["                           PRE a/", "         1 c"]
    assert run("s3", "ls", "s3://lab/", "--recursive", "--summarize")[1].endswith(
        "Total Objects: 2\n   Total Size: 6\n"
    )
    assert run("s3", "ls", "s3://lab/nothing")[0] == 1


def test_buckets_are_made_emptied_and_removed(run: Any, s3: Any) -> None:
    assert run("s3", "mb", "s3://another-lab", "--region", "eu-west-1") == (0, "make_bucket: another-lab\n", "")
    assert s3.get_bucket_location(Bucket="another-lab")["LocationConstraint"] == "eu-west-1"
    s3.put_object(Bucket="lab", Key="x/1", Body=b"")
    assert run("s3", "rm", "s3://lab/x", "--recursive")[1] == "delete: s3://lab/x/1\n"
    assert run("s3", "rb", "s3://lab")[1] == "remove_bucket: lab\n"


def test_a_presigned_url_is_printed(run: Any) -> None:
    assert "Expires" in run("s3", "presign", "s3://lab/k", "--expires-in", "60")[1]


def test_any_other_call_works_with_query_and_output(run: Any, s3: Any) -> None:
    Path("body").write_bytes(b"data")
    assert run("s3api", "put-object", "--bucket", "lab", "--key", "k", "--body", "body", "--metadata", "a=b")[0] == 0
    assert json.loads(run("s3api", "head-object", "--bucket=lab", "--key", "k")[1])["Metadata"] == {"a": "b"}
    run("s3api", "get-object", "--bucket", "lab", "--key", "k", "out")
    assert Path("out").read_bytes() == b"data"
    assert run("sts", "get-caller-identity", "--query", "Account", "--output", "text")[1] == "123456789012\n"
    filters = ["--filters", "Name=instance-state-name,Values=running,stopped", "Name=tag:Name,Values=x"]
    query = ["--query", "Reservations[].Instances[].InstanceId"]
    assert json.loads(run("ec2", "describe-instances", *filters, *query)[1]) == []


def test_a_refusal_of_aws_is_254(run: Any) -> None:
    status, _, err = run("ec2", "terminate-instances", "--instance-ids", "i-0123456789abcdef0")
    assert status == 254
    assert "(InvalidInstanceID.NotFound)" in err


@pytest.mark.parametrize(
    "words", [["nope"], ["s3", "nope"], ["s3", "cp", "a"], ["s3", "cp", "a", "s3://b", "--nope"], ["ec2", "nope"]]
)
def test_a_wrong_command_line_is_252(run: Any, words: list[str]) -> None:
    assert run(*words)[0] == 252
