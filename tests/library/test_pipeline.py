"""A job over S3: exact values, parts done once, an output that is whole or not there, bad rows set aside."""

from __future__ import annotations

import csv
import gzip
import io
import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import distributed
import pandas
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from joblib import Parallel, delayed

from day89 import pipeline
from day89.cloud import local
from day89.errors import IntegrityError, InvalidInputError, NotFoundError
from day89.pipeline import JobPlan, compose_object, drop_incomplete, plan_pipeline, run_pipeline
from day89.pipeline.compose import plan_pieces
from day89.pipeline.run import run_parts
from day89.s3 import list_keys

BUCKET = "pipeline-bucket"
PENGUINS = (Path(__file__).parents[2] / "data" / "penguins.csv").read_bytes()


@pytest.fixture
def cloud(clean_environment: None) -> Iterator[Any]:
    with local() as running:
        running.client("s3").create_bucket(Bucket=BUCKET)
        yield running


@pytest.fixture
def s3(cloud: Any) -> Any:
    return cloud.client("s3")


def put(s3: Any, key: str, content: bytes) -> str:
    s3.put_object(Bucket=BUCKET, Key=key, Body=content)
    return key


def read(s3: Any, key: str) -> bytes:
    return s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()


def rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode(), newline="")))


def keep_all(frame: pandas.DataFrame) -> tuple[pandas.DataFrame, pandas.Series]:
    return frame, pandas.Series(dtype=str)


def only_large(frame: pandas.DataFrame) -> tuple[pandas.DataFrame, pandas.Series]:
    kept = frame[["id"]].loc[frame["id"].str.len() > 2]
    return kept, pandas.Series("short", index=frame.index.difference(kept.index), dtype=str)


def broken(frame: pandas.DataFrame) -> tuple[pandas.DataFrame, pandas.Series]:
    raise RuntimeError("the step broke")


@pytest.mark.parametrize("part_bytes", [None, 1999, 10**9])
def test_penguins_come_through_as_the_course_says(s3: Any, part_bytes: int | None) -> None:
    put(s3, "input/penguins.csv", PENGUINS)
    report = run_pipeline(s3, BUCKET, ["input/penguins.csv"], "output/clean.csv", part_bytes=part_bytes)
    whole = [line for line in PENGUINS.decode().splitlines() if "" not in line.split(",")]
    assert read(s3, "output/clean.csv").decode().splitlines() == whole
    assert (report.rows_read, report.rows_kept, report.rows_rejected) == (344, 333, 11)
    rejected = rows(read(s3, "output/clean.csv.rejected"))
    assert rejected[0] == ["object", "offset", "reason", "record"]
    assert rejected[1] == [
        "input/penguins.csv",
        "",
        "no value for bill_length_mm, bill_depth_mm, flipper_length_mm, body_mass_g, sex",
        "Adelie,Torgersen,,,,,,2007",
    ]
    assert len(rejected) == 12


def test_values_come_out_exactly_as_they_went_in(s3: Any) -> None:
    put(s3, "input/a b+ü'.csv", 'id,note\n007,1.10\nNA,ü\n1e5,"a,""b""\nc"\n'.encode())
    run_pipeline(s3, BUCKET, ["input/a b+ü'.csv"], "output/x.csv")
    assert read(s3, "output/x.csv") == 'id,note\n007,1.10\nNA,ü\n1e5,"a,""b""\nc"\n'.encode()


def test_many_objects_of_both_kinds_become_one_in_order(s3: Any) -> None:
    keys = [put(s3, f"input/{n}.csv", f"id\r\n{n}a\r\n{n}b".encode()) for n in range(4)]
    keys.append(put(s3, "input/z.csv.gz", gzip.compress(b"id\nzz\n")))
    report = run_pipeline(s3, BUCKET, keys, "output/all.csv", jobs=2)
    assert read(s3, "output/all.csv").split() == b"id 0a 0b 1a 1b 2a 2b 3a 3b zz".split()
    assert report.parts == 5


def test_bad_records_are_set_aside_with_place_and_reason(s3: Any) -> None:
    put(s3, "input/x.csv", b"id,v\n1,2\n3\n4,5,6\n7,\xff\n8,9\n")
    report = run_pipeline(s3, BUCKET, ["input/x.csv"], "output/x.csv")
    assert read(s3, "output/x.csv") == b"id,v\n1,2\n8,9\n"
    assert rows(read(s3, "output/x.csv.rejected"))[1:] == [
        ["input/x.csv", "9", "1 fields instead of 2", "3"],
        ["input/x.csv", "11", "3 fields instead of 2", "4,5,6"],
        ["input/x.csv", "17", "not UTF-8 at its byte 2", "7,\ufffd"],
    ]
    assert report.rows_rejected == 3


def test_a_step_may_choose_columns_and_rows(s3: Any) -> None:
    put(s3, "input/x.csv", b"id,v\n1,a\n100,b\n1000,c\n")
    run_pipeline(s3, BUCKET, ["input/x.csv"], "output/x.csv", only_large, part_bytes=5)
    assert read(s3, "output/x.csv") == b"id\n100\n1000\n"


@pytest.mark.parametrize("content", [b"id,v", b"id,v\n", b"id,v\n1,\n"])
def test_no_rows_is_a_header(s3: Any, content: bytes) -> None:
    put(s3, "input/x.csv", content)
    run_pipeline(s3, BUCKET, ["input/x.csv"], "output/x.csv")
    assert read(s3, "output/x.csv") == b"id,v\n"


def test_a_finished_job_is_not_done_again(cloud: Any, s3: Any) -> None:
    put(s3, "input/penguins.csv", PENGUINS)
    first = run_pipeline(s3, BUCKET, ["input/penguins.csv"], "output/clean.csv", part_bytes=2000)
    before = len(cloud.log)
    again = run_pipeline(s3, BUCKET, ["input/penguins.csv"], "output/clean.csv", part_bytes=2000)
    assert (again.parts_run, again.rows_kept, again.etag) == (0, first.rows_kept, first.etag)
    assert not {call.operation for call in cloud.log[before:]} & {"PutObject", "UploadPart", "DeleteObjects"}


def test_an_interrupted_job_goes_on_where_it_was(s3: Any) -> None:
    put(s3, "input/penguins.csv", PENGUINS)
    plan = plan_pipeline(s3, BUCKET, ["input/penguins.csv"], "output/clean.csv", drop_incomplete, part_bytes=2000)
    run_parts(s3, plan, plan.parts[1:4], drop_incomplete)
    report = run_pipeline(s3, BUCKET, ["input/penguins.csv"], "output/clean.csv", part_bytes=2000)
    assert report.parts_run == report.parts - 3
    assert report.rows_kept == 333


@pytest.mark.parametrize("change", ["input", "step", "revision", "output"])
def test_another_job_is_not_taken_for_done(s3: Any, change: str) -> None:
    put(s3, "input/x.csv", b"id,v\n1,a\n100,\n")
    run_pipeline(s3, BUCKET, ["input/x.csv"], "output/x.csv")
    options: dict[str, Any] = {"step": drop_incomplete, "revision": ""}
    {
        "input": lambda: put(s3, "input/x.csv", b"id,v\n2,b\n"),
        "step": lambda: options.update(step=keep_all),
        "revision": lambda: options.update(revision="2"),
        "output": lambda: put(s3, "output/x.csv", b"overwritten"),
    }[change]()
    assert run_pipeline(s3, BUCKET, ["input/x.csv"], "output/x.csv", **options).parts_run == 1


def test_where_a_step_fails_nothing_is_written(s3: Any) -> None:
    put(s3, "input/x.csv", b"id\n1\n")
    with pytest.raises(RuntimeError, match="the step broke"):
        run_pipeline(s3, BUCKET, ["input/x.csv"], "output/x.csv", broken)
    assert list_keys(s3, BUCKET, "output/") == []


def test_where_the_last_write_fails_the_old_output_stays(cloud: Any, s3: Any) -> None:
    put(s3, "input/x.csv", b"id\n1\n")
    put(s3, "output/x.csv", b"old")
    cloud.faults.add("s3.CompleteMultipartUpload", nth=2, code="AccessDenied", status=403)
    with pytest.raises(s3.exceptions.ClientError, match="AccessDenied"):
        run_pipeline(s3, BUCKET, ["input/x.csv"], "output/x.csv")
    assert read(s3, "output/x.csv") == b"old"
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=BUCKET)
    assert run_pipeline(s3, BUCKET, ["input/x.csv"], "output/x.csv").parts_run == 0
    assert read(s3, "output/x.csv") == b"id\n1\n"


def test_the_output_comes_after_what_was_set_aside(cloud: Any, s3: Any) -> None:
    put(s3, "input/x.csv", b"id\n1\n")
    run_pipeline(s3, BUCKET, ["input/x.csv"], "output/x.csv")
    done = [call.params["Key"] for call in cloud.log if call.operation == "CompleteMultipartUpload"]
    assert done == ["output/x.csv.rejected", "output/x.csv"]


def test_what_it_was_made_of_is_cleared_away(s3: Any) -> None:
    put(s3, "input/penguins.csv", PENGUINS)
    run_pipeline(s3, BUCKET, ["input/penguins.csv"], "output/clean.csv", part_bytes=2000)
    keys = list_keys(s3, BUCKET, "output/")
    assert [key for key in keys if "_jobs" not in key] == ["output/clean.csv", "output/clean.csv.rejected"]
    assert len(keys) == 3


def test_an_input_that_changes_on_the_way_is_refused(s3: Any) -> None:
    put(s3, "input/x.csv", b"id\n1\n")
    plan = plan_pipeline(s3, BUCKET, ["input/x.csv"], "output/x.csv", drop_incomplete)
    put(s3, "input/x.csv", b"id\n2\n")
    with pytest.raises(IntegrityError, match="has changed"):
        run_parts(s3, plan, plan.parts, drop_incomplete)


@pytest.mark.parametrize("part_bytes", [7, 8, 50])
def test_line_breaks_inside_quotes_may_lie_on_any_border(s3: Any, part_bytes: int) -> None:
    content = b"id,note\n" + b'1,"a\nb\nc\nd"\n' * 8
    put(s3, "input/x.csv", content)
    report = run_pipeline(s3, BUCKET, ["input/x.csv"], "output/x.csv", keep_all, part_bytes=part_bytes)
    assert read(s3, "output/x.csv") == content
    assert report.rows_read == 8


ODD = b"".join([
    b"id,v\n", b'1,5" pipe\n', b"2,\n", b'"3\n",6" tube\n', b"4\n", b"\n", b"   \n", b'5,"a\r\nb",c\n',
    b'6,"x"y\n', b"7,\xff\n", b'8,"a\rb"\n', b"9,z\r\n", b'10,"open\n', b"11,w\n",
])  # fmt: skip


@pytest.mark.parametrize("part_bytes", [13, 40])
def test_output_and_rejected_rows_do_not_depend_on_the_split(s3: Any, part_bytes: int) -> None:
    keys = [put(s3, "input/x.csv", ODD), put(s3, "input/y.csv", ODD)]
    results = []
    for length in (None, part_bytes):
        report = run_pipeline(s3, BUCKET, keys, "output/x.csv", part_bytes=length)
        counts = report.rows_read, report.rows_kept, report.rows_rejected
        results.append((counts, read(s3, report.output_key), read(s3, report.rejected_key)))
    assert results[0] == results[1]
    assert results[0][0] == (22, 8, 14)


def test_a_part_that_was_begun_inside_a_record_is_done_again_from_its_end(s3: Any) -> None:
    # Begun behind the line break inside the quotes, the second part finds a quote that nothing closes.
    put(s3, "input/x.csv", b'id,v\n1,"a\n"\n' + b"2,b\n" * 5)
    plan = plan_pipeline(s3, BUCKET, ["input/x.csv"], "output/x.csv", keep_all, part_bytes=4)
    first = [(done.start, done.stop) for done in run_parts(s3, plan, plan.parts, keep_all)]
    assert first[:2] == [(5, 12), (10, 32)]
    with pytest.raises(NotFoundError, match=r"part 1 of output/x\.csv is not done from byte 12"):
        pipeline.finish(s3, plan)
    pipeline.join_parts(s3, plan, keep_all)
    assert pipeline.finish(s3, plan).rows_kept == 6


def test_a_guess_that_finds_no_end_is_no_error(s3: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("day89.pipeline.records.RECORD_BYTES_MAX", 60)
    put(s3, "input/x.csv", content := b'id,v\n1,"a\n"\n' + b"2,b\n" * 30)
    run_pipeline(s3, BUCKET, ["input/x.csv"], "output/x.csv", keep_all, part_bytes=4)
    assert read(s3, "output/x.csv") == b'id,v\n1,"a\n"\n' + b"2,b\n" * 30
    put(s3, "input/x.csv", content + b'3,"' + b"x" * 100)
    with pytest.raises(InvalidInputError, match="the record at byte 132 has more than 60 bytes"):
        run_pipeline(s3, BUCKET, ["input/x.csv"], "output/x.csv", keep_all, part_bytes=40)


@pytest.mark.parametrize("header", [b",v", b"id,", b'"",v', b'a,"b\nc"'])
def test_a_header_comes_out_as_it_went_in(s3: Any, header: bytes) -> None:
    put(s3, "input/x.csv", header + b"\n0,a\n,b\n")
    run_pipeline(s3, BUCKET, ["input/x.csv"], "output/x.csv")
    assert read(s3, "output/x.csv") == header.replace(b'""', b"") + b"\n0,a\n"


def test_a_column_without_a_name_is_told_by_its_place(s3: Any) -> None:
    put(s3, "input/x.csv", b"id,\n0,\n")
    run_pipeline(s3, BUCKET, ["input/x.csv"], "output/x.csv")
    assert rows(read(s3, "output/x.csv.rejected"))[1:] == [["input/x.csv", "", "no value for column 2", "0,"]]


@pytest.mark.parametrize("output", ["input/x.csv", "input/y"])
def test_an_input_is_never_overwritten(s3: Any, output: str) -> None:
    put(s3, "input/x.csv", b"id\n1\n")
    put(s3, "input/y.rejected", b"id\n1\n")
    with pytest.raises(InvalidInputError, match="would be overwritten"):
        run_pipeline(s3, BUCKET, ["input/x.csv", "input/y.rejected"], output)
    assert read(s3, "input/x.csv") == b"id\n1\n"


def test_one_string_is_no_list_of_inputs(s3: Any) -> None:
    with pytest.raises(InvalidInputError, match="give a list of keys"):
        run_pipeline(s3, BUCKET, "input/x.csv", "output/x.csv")


@pytest.mark.parametrize(
    "damage", [lambda g: g[:-9], lambda g: g[: len(g) // 2], lambda g: g + b"junk", lambda g: b"id\n1\n"]
)
def test_a_damaged_gzip_object_is_told(s3: Any, damage: Any) -> None:
    packed = gzip.compress(b"id\n" + random.Random(1).randbytes(3000).hex().encode() + b"\n")
    put(s3, "input/x.csv.gz", damage(packed))
    with pytest.raises(IntegrityError, match=r"input/x\.csv\.gz is not a whole gzip file"):
        run_pipeline(s3, BUCKET, ["input/x.csv.gz"], "output/x.csv")


def test_a_run_whose_parts_another_run_removed_gives_what_that_one_did(cloud: Any, s3: Any) -> None:
    put(s3, "input/x.csv", b"id\n1\n2\n")
    slow = cloud.client("s3")

    def overtaken(**_: Any) -> None:
        slow.meta.events.unregister("before-call.s3.CreateMultipartUpload", overtaken)
        run_pipeline(s3, BUCKET, ["input/x.csv"], "output/x.csv", part_bytes=2)

    slow.meta.events.register("before-call.s3.CreateMultipartUpload", overtaken)
    report = run_pipeline(slow, BUCKET, ["input/x.csv"], "output/x.csv", part_bytes=2)
    assert report.rows_kept == 2
    assert read(s3, "output/x.csv") == b"id\n1\n2\n"
    assert [key for key in list_keys(s3, BUCKET, "output/_jobs/") if key.count("/") > 2] == []


def test_a_missing_input_is_a_lookup_error(s3: Any) -> None:
    with pytest.raises(NotFoundError, match=r"nowhere\.csv"):
        run_pipeline(s3, BUCKET, ["nowhere.csv"], "output/x.csv")


@pytest.mark.parametrize(
    ("contents", "options", "message"),
    [
        ([], {}, "0 parts"),
        ([b""], {}, "no header"),
        ([b"a,b\n", b"b,a\n"], {}, "has the header"),
        ([b"a\n1\n"], {"part_bytes": 0}, "positive"),
        ([b"a\n1\n"], {"jobs": 0}, "positive"),
        ([b"a\n" + b"1\n" * 10_001], {"part_bytes": 2}, "10001 parts"),
    ],
)
def test_inputs_that_make_no_job_are_refused(s3: Any, contents: list[bytes], options: Any, message: str) -> None:
    keys = [put(s3, f"input/{number}.csv", content) for number, content in enumerate(contents)]
    with pytest.raises(InvalidInputError, match=message):
        run_pipeline(s3, BUCKET, keys, "output/x.csv", **options)


def test_a_step_that_gives_back_something_else_is_told(s3: Any) -> None:
    put(s3, "input/x.csv", b"id\n1\n")
    with pytest.raises(InvalidInputError, match="a step returns"):
        run_pipeline(s3, BUCKET, ["input/x.csv"], "output/x.csv", lambda frame: frame)  # type: ignore[arg-type,return-value]


def test_a_plan_survives_its_own_json(s3: Any) -> None:
    put(s3, "input/x.csv", b"id\n1\n2\n")
    plan = plan_pipeline(s3, BUCKET, ["input/x.csv"], "output/x.csv", drop_incomplete, part_bytes=2)
    assert JobPlan.from_json(plan.to_json(), "here") == plan
    with pytest.raises(IntegrityError, match="not a plan"):
        JobPlan.from_json(b"{}", "here")


def test_a_finish_without_all_parts_is_refused(s3: Any) -> None:
    put(s3, "input/x.csv", b"id\n1\n2\n")
    plan = plan_pipeline(s3, BUCKET, ["input/x.csv"], "output/x.csv", drop_incomplete, part_bytes=2)
    run_parts(s3, plan, plan.parts[:1], drop_incomplete)
    with pytest.raises(NotFoundError, match="part 1"):
        pipeline.finish(s3, plan)


def test_large_parts_are_copied_within_s3_and_small_ones_pass_through(cloud: Any, s3: Any) -> None:
    big, small = random.Random(1).randbytes(11 << 20), b"small"
    keys = [put(s3, name, body) for name, body in (("1", big), ("2", small), ("3", big), ("4", small))]
    compose_object(s3, BUCKET, keys, "whole", head=b"")
    assert read(s3, "whole") == big + small + big + small
    sent = [call.operation for call in cloud.log if call.operation in ("UploadPart", "UploadPartCopy")]
    assert sent == ["UploadPartCopy", "UploadPart", "UploadPartCopy", "UploadPart"]


MIB = 1 << 20
SIZES = some.lists(
    some.one_of(some.integers(0, 12 * MIB), some.sampled_from([0, 5 * MIB - 1, 5 * MIB, 64 * MIB, 5 << 30, 51 << 30])),
    max_size=30,
)


@given(SIZES, some.sampled_from([0, 29, 6 * MIB]))
@settings(max_examples=300, deadline=None, derandomize=True, database=None)
def test_pieces_are_every_byte_once_in_order_and_of_sizes_that_s3_takes(sizes: list[int], head: int) -> None:
    pieces = plan_pieces(sizes, head)
    at = dict.fromkeys(range(len(sizes)), 0)
    for span in (span for piece in pieces for span in piece):
        assert all(at[number] == sizes[number] for number in range(span.source))
        assert span.start == at[span.source]
        assert span.whole == (span.end - span.start == sizes[span.source])
        at[span.source] = span.end
    assert at == dict(enumerate(sizes))
    lengths = [sum(span.end - span.start for span in piece) for piece in pieces]
    lengths[0] += head
    assert all(5 * MIB <= length <= 5 << 30 for length in lengths[:-1])
    assert lengths[-1] <= 5 << 30
    assert all(length < 15 * MIB for length, piece in zip(lengths[1:], pieces[1:], strict=True) if len(piece) > 1)
    assert len(pieces) <= 1 + len(sizes) + sum(size // (5 << 30) for size in sizes)


def test_a_large_job_with_a_small_part_first_fits_one_upload() -> None:
    assert len(plan_pieces([MIB, *[64 * MIB] * 9_998], 29)) <= 10_000


def test_too_many_pieces_are_told_before_anything_is_begun(
    cloud: Any, s3: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("day89.pipeline.compose.PARTS_MAX", 1)
    monkeypatch.setattr("day89.pipeline.compose.PART_BYTES_MIN", 2)
    keys = [put(s3, name, b"abc") for name in "12"]
    with pytest.raises(InvalidInputError, match="an upload of 2 parts; S3 takes 1"):
        compose_object(s3, BUCKET, keys, "whole")
    assert "CreateMultipartUpload" not in {call.operation for call in cloud.log}


def test_a_lost_answer_to_the_last_request_is_no_failure(cloud: Any, s3: Any, lose_answer: Any) -> None:
    put(s3, "1", b"abc")
    lose_answer("POST", "uploadId=")
    etag = compose_object(s3, BUCKET, ["1"], "whole")
    assert read(s3, "whole") == b"abc"
    assert etag == s3.head_object(Bucket=BUCKET, Key="whole")["ETag"]


def test_other_processes_do_the_same_through_the_endpoint(cloud: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "of-yesterday")
    Parallel(n_jobs=2, backend="loky")(delayed(os.getpid)() for _ in range(2))  # processes that are older than the job
    with cloud.serve() as server:
        for name, value in server.env.items():
            monkeypatch.setenv(name, value)
        s3 = cloud.client("s3", endpoint_url=server.endpoint)
        put(s3, "input/penguins.csv", PENGUINS)
        report = run_pipeline(
            s3, BUCKET, ["input/penguins.csv"], "output/clean.csv", part_bytes=6000, jobs=2, backend="loky"
        )
    assert (report.parts_run, report.rows_kept) == (3, 333)


@pytest.fixture
def dask(clean_environment: None) -> Iterator[None]:
    # Before the cloud opens: it looks for this machine's own address, which the cloud's guard would forbid.
    with distributed.Client(processes=False, n_workers=1, threads_per_worker=2, dashboard_address=None):
        yield


def test_dask_does_the_same(dask: None, s3: Any) -> None:
    put(s3, "input/penguins.csv", PENGUINS)
    report = run_pipeline(
        s3, BUCKET, ["input/penguins.csv"], "output/clean.csv", part_bytes=6000, jobs=2, backend="dask"
    )
    assert (report.parts_run, report.rows_kept) == (3, 333)
