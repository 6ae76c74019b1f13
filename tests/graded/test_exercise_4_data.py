"""Check task 4.1, run_job: a CSV goes from S3 to S3 and nothing in it changes but the rows that go."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Sequence
from numbers import Integral
from typing import Any

import pytest
from support import attempt, expect_forbidden, expect_missing, forbid, holding, works
from support_workers import result_of

from day89.course.checks.expectations import expect, fail, show
from day89.course.checks.fake_data import Names

# The warnings of a learner's code and libraries are not ours to judge.
pytestmark = pytest.mark.filterwarnings("ignore")

HEADER = ("id", "amount", "kind", "remark")
# Words that pandas takes for a missing value unless it is told otherwise.
WORDS_FOR_MISSING = (
    " ",
    "NA",
    "NaN",
    "nan",
    "null",
    "NULL",
    "None",
    "N/A",
    "n/a",
    "#N/A",
    "<NA>",
    "-nan",
    "-NaN",
    "1.#QNAN",
)
# Text that a number, a date or a truth value would not come back from as it was.
LOOKS_LIKE_MORE = (
    "007",
    "1.10",
    "1e5",
    "+5",
    "0x1F",
    "True",
    "FALSE",
    "12345678901234567890",
    "2024-01-02",
    "3.0",
    "inf",
)


def csv_bytes(rows: Sequence[Sequence[str]], header: Sequence[str] = HEADER) -> bytes:
    """Return a header and rows as a CSV in UTF-8."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([header, *rows])
    return text.getvalue().encode()


def read_table(s3: Any, bucket: str, key: str, called: str, mistake: str = "U7") -> list[list[str]]:
    """Return what the job has written, header first."""
    try:
        data = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    except s3.exceptions.NoSuchKey:
        there = [item["Key"] for item in s3.list_objects_v2(Bucket=bucket).get("Contents", [])]
        fail(called=called, expected=f"an object at {show(key)}", found=f"the keys {show(there)}", mistake=mistake)
    if data[:2] == b"\x1f\x8b":
        fail(called=called, expected=f"plain CSV at {show(key)}", found="it compressed with gzip", mistake="D14")
    try:
        return list(csv.reader(io.StringIO(data.decode(), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        fail(called=called, expected=f"CSV in UTF-8 at {show(key)}", found=f"{show(data)} ({error})", mistake="D9")


def expect_table(found: list[list[str]], rows: Sequence[Sequence[str]], called: str, mistake: str | None) -> None:
    """Fail unless the table has the header and exactly these rows, and name the first difference."""
    header = found[0] if found else []
    expect(
        header == list(HEADER),
        called=called,
        expected=f"the header {show(list(HEADER))}",
        found=show(header),
        mistake="D5" if len(header) == len(HEADER) + 1 else mistake,
    )
    for number, (row, wanted) in enumerate(zip(found[1:], rows, strict=False), start=1):
        expect(
            row == list(wanted),
            called=called,
            expected=f"row {number} {show(list(wanted))}",
            found=show(row),
            mistake="D18" if "" in row else mistake,
        )
    expect(
        len(found) - 1 == len(rows),
        called=called,
        expected=f"{len(rows)} rows under the header",
        found=len(found) - 1,
        mistake="D18" if any("" in row for row in found[len(rows) + 1 :]) else mistake,
    )


def values(rows: list[dict[str, str]]) -> list[list[str]]:
    """Return rows of names.rows() as lists, in the order of HEADER."""
    return [[row[column] for column in HEADER] for row in rows]


def complete(rows: list[list[str]]) -> list[list[str]]:
    """Return the rows that have no empty field."""
    return [row for row in rows if "" not in row]


@pytest.fixture
def bucket(cloud: Any, names: Names) -> str:
    """Make a bucket."""
    name = names.bucket()
    cloud.client("s3").create_bucket(Bucket=name)
    return name


@pytest.mark.task("4.1", "core", points=1.25)
def test_the_complete_rows_come_out_under_the_header(task: Any, cloud: Any, names: Names, bucket: str) -> None:
    s3, source, target = (
        cloud.client("s3"),
        names.plain_key(".csv", prefix="input/"),
        names.plain_key(".csv", prefix="output/"),
    )
    # Only text that is nothing but text: what pandas makes of 007 is the next check's matter.
    rows = [[f"p{number}", names.word(), names.word(), names.word()] for number in range(names.number(6, 12))]
    for place, row in enumerate(names.sample(rows, 4)):
        row[place] = ""  # in each column, the first among them
    s3.put_object(Bucket=bucket, Key=source, Body=csv_bytes(rows))
    result_of(task, None, "run_job", s3, bucket, source, target)
    # Where nobody has read the input, the table is made up.
    mistake = None if cloud.log.count("s3.GetObject") else "F2"
    expect_table(read_table(s3, bucket, target, task.last_call), complete(rows), task.last_call, mistake)


@pytest.mark.task("4.1", "core", points=1)
def test_every_value_stays_the_text_that_it_was(task: Any, cloud: Any, names: Names, bucket: str) -> None:
    s3, source, target = cloud.client("s3"), names.plain_key(".csv"), names.plain_key(".csv")
    # Whole columns of one kind, or pandas would leave them alone as text.
    rows = [
        [f"00{number}", f"{names.number(1, 99)}.{number}0", "True", word] for number, word in enumerate(LOOKS_LIKE_MORE)
    ]
    s3.put_object(Bucket=bucket, Key=source, Body=csv_bytes(rows))
    result_of(task, None, "run_job", s3, bucket, source, target)
    expect_table(read_table(s3, bucket, target, task.last_call), rows, task.last_call, "D6")


@pytest.mark.task("4.1", "core", points=0.25)
def test_the_answer_is_the_number_of_rows_written(task: Any, cloud: Any, names: Names, bucket: str) -> None:
    s3, source, count, missing = cloud.client("s3"), names.plain_key(".csv"), names.number(5, 12), names.number(1, 4)
    rows = [[f"p{number}", names.word(), names.word(), names.word()] for number in range(count)]
    for row in names.sample(rows, missing):
        row[2] = ""
    s3.put_object(Bucket=bucket, Key=source, Body=csv_bytes(rows))
    written = result_of(task, None, "run_job", s3, bucket, source, names.plain_key(".csv"))
    expect_count(written, complete(rows), f"{task.last_call} on {count} rows, {missing} of them incomplete", "D15")


def expect_count(found: object, rows: Sequence[Sequence[str]], called: str, mistake: str) -> None:
    """Fail unless a job has answered with the number of these rows."""
    number = int(found) if isinstance(found, Integral) and not isinstance(found, bool) else None
    expect(number == len(rows), called=called, expected=len(rows), found=show(found), mistake=mistake)


@pytest.mark.task("4.1", "mastery", points=0.2)
def test_a_long_table_comes_out_whole(task: Any, cloud: Any, names: Names, bucket: str) -> None:
    s3, source, target = cloud.client("s3"), names.plain_key(".csv"), names.plain_key(".csv")
    # More rows than anybody reads at a time.
    rows = [[f"p{number}", "a", "b", "" if number % 1000 == 1 else "c"] for number in range(names.number(2_100, 3_000))]
    s3.put_object(Bucket=bucket, Key=source, Body=csv_bytes(rows))
    written = result_of(task, None, "run_job", s3, bucket, source, target)
    called = f"{task.last_call} on {len(rows):,} rows"
    expect_table(read_table(s3, bucket, target, called), complete(rows), called, "D20")
    expect_count(written, complete(rows), called, "D20")


@pytest.mark.task("4.1", "core", points=0.5)
def test_a_missing_input_or_bucket_is_a_lookup_error(task: Any, cloud: Any, names: Names, bucket: str) -> None:
    s3, source, absent = cloud.client("s3"), names.plain_key(".csv"), names.bucket()
    s3.put_object(Bucket=bucket, Key="input/there.csv", Body=csv_bytes(values(names.rows(5))))
    works(task, "run_job", s3, bucket, "input/there.csv", "output/b.csv")
    expect_missing(task, source, "run_job", s3, bucket, source, "output/a.csv")
    expect_missing(task, absent, "run_job", s3, absent, source, "output/a.csv")


@pytest.mark.task("4.1", "mastery", points=0.2)
def test_gzip_is_read_where_the_key_says_so_and_never_written(task: Any, cloud: Any, names: Names, bucket: str) -> None:
    s3, rows = cloud.client("s3"), [[f"p{number}", names.word(), names.word(), "x"] for number in range(5)]
    packed, plain = names.plain_key(".csv.gz"), names.plain_key(".csv")
    s3.put_object(Bucket=bucket, Key=packed, Body=gzip.compress(csv_bytes(rows)))
    s3.put_object(Bucket=bucket, Key=plain, Body=csv_bytes(rows))
    misleading = (f"{names.word()}.gz/{names.word()}.gz.csv", f"{names.word()}gz")  # neither ends in .gz
    for key in misleading:
        s3.put_object(Bucket=bucket, Key=key, Body=csv_bytes(rows))
    targets = {packed: names.plain_key(".csv"), plain: names.plain_key(".csv.gz")}
    targets |= {key: names.plain_key(".csv") for key in misleading}
    for source, target in targets.items():
        result_of(task, "D14", "run_job", s3, bucket, source, target)
        expect_table(read_table(s3, bucket, target, task.last_call), rows, task.last_call, "D14")


@pytest.mark.task("4.1", "mastery", points=0.2)
def test_only_an_empty_field_is_a_missing_value(task: Any, cloud: Any, names: Names, bucket: str) -> None:
    s3, source, target = cloud.client("s3"), names.plain_key(".csv"), names.plain_key(".csv")
    rows = [[f"p{number}", names.word(), names.choice("xyz"), word] for number, word in enumerate(WORDS_FOR_MISSING)]
    rows.insert(names.number(0, 5), ["empty", names.word(), "", names.word()])
    s3.put_object(Bucket=bucket, Key=source, Body=csv_bytes(rows))
    result_of(task, None, "run_job", s3, bucket, source, target)
    expect_table(read_table(s3, bucket, target, task.last_call), complete(rows), task.last_call, "D16")


@pytest.mark.task("4.1", "mastery", points=0.2)
def test_no_rows_leave_the_header(task: Any, cloud: Any, names: Names, bucket: str) -> None:
    s3 = cloud.client("s3")
    for rows in ([], [[f"p{number}", "", names.word(), ""] for number in range(3)]):
        source, target = names.plain_key(".csv"), names.plain_key(".csv")
        s3.put_object(Bucket=bucket, Key=source, Body=csv_bytes(rows))
        written = result_of(task, "D10", "run_job", s3, bucket, source, target)
        called = f"{task.last_call} on a header and {len(rows)} rows, none of them complete"
        expect_table(read_table(s3, bucket, target, called, "D10"), [], called, "D10")
        expect_count(written, [], called, "D10")


@pytest.mark.task("4.1", "mastery", points=0.2)
def test_commas_quotes_and_line_breaks_within_a_field_survive(task: Any, cloud: Any, names: Names, bucket: str) -> None:
    hard = ('say "hi", twice', "two\nlines", ",,", "ends,\n\nhere", ";|\ttab", " spaces ", "'single'", '"')
    expect_unchanged(task, cloud.client("s3"), names, bucket, hard, "D17")


@pytest.mark.task("4.1", "mastery", points=0.2)
def test_letters_beyond_ascii_survive(task: Any, cloud: Any, names: Names, bucket: str) -> None:
    expect_unchanged(
        task, cloud.client("s3"), names, bucket, ("日本", "é", "ñandú", "ß", "Ω", "€", names.text(2)), "D9"
    )


def expect_unchanged(task: Any, s3: Any, names: Names, bucket: str, texts: Sequence[str], mistake: str) -> None:
    """Fail unless rows that hold these texts, and nothing missing, come out as they went in."""
    source, target = names.key(".csv"), names.key(".csv")
    rows = [[f"p{number}", names.word(), names.word(), text] for number, text in enumerate(names.shuffled(texts))]
    s3.put_object(Bucket=bucket, Key=source, Body=csv_bytes(rows))
    result_of(task, None, "run_job", s3, bucket, source, target)
    called = f"{task.last_call}{holding(source, target)}"
    expect_table(read_table(s3, bucket, target, called), rows, called, mistake)


@pytest.mark.task("4.1", "mastery", points=0.2)
def test_a_row_longer_than_its_header_is_an_error(task: Any, cloud: Any, names: Names, bucket: str) -> None:
    s3, good = cloud.client("s3"), [["p1", "a", "b", "c"], ["p2", "d", "e", "f"]]
    longer = [[*row, names.word()] for row in good]
    source, target = names.plain_key(".csv"), names.plain_key(".csv")
    s3.put_object(Bucket=bucket, Key=source, Body=csv_bytes(good))
    result_of(task, None, "run_job", s3, bucket, source, target)
    expect_table(read_table(s3, bucket, target, task.last_call), good, task.last_call, "F3")
    for why, rows in {"every row has": longer, "the last of the rows has": [*good, longer[0]]}.items():
        source, target = names.plain_key(".csv"), names.plain_key(".csv")
        s3.put_object(Bucket=bucket, Key=source, Body=csv_bytes(rows))
        ended = attempt(task, "run_job", s3, bucket, source, target)
        called = f"{task.last_call}, where {why} a field more than the header"
        expect(ended.error, called=called, expected="an error", found=ended, mistake="D21")
        there = [item["Key"] for item in s3.list_objects_v2(Bucket=bucket).get("Contents", [])]
        expect(
            target not in there, called=called, expected=f"nothing at {show(target)}", found="an object", mistake="D13"
        )


@pytest.mark.task("4.1", "mastery", points=0.1)
def test_the_header_is_written_as_it_was_read(task: Any, cloud: Any, names: Names, bucket: str) -> None:
    s3, source, target = cloud.client("s3"), names.plain_key(".csv"), names.plain_key(".csv")
    header, rows = ["007", " kind ", " kind ", ""], [["1", "a", "b", "c"], ["2", "d", "e", "f"]]
    s3.put_object(Bucket=bucket, Key=source, Body=csv_bytes(rows, header))
    result_of(task, "D22", "run_job", s3, bucket, source, target)
    called = f"{task.last_call}, where the header has one name twice, with spaces, and an empty one"
    found = read_table(s3, bucket, target, called)
    expect(found[:1] == [header], called=called, expected=show(header), found=show(found[:1]), mistake="D22")
    expect(found[1:] == rows, called=called, expected=f"the rows {show(rows)}", found=show(found[1:]), mistake="D22")


def broken_inputs(names: Names) -> dict[str, tuple[str, bytes, str]]:
    """Return inputs that cannot be read: what is wrong, and key, content and the mistake of whoever goes on."""
    # Plain text only, or half of it would be refused for its letters or quotes.
    rows = [[f"p{number}", names.word(), names.word(), names.word()] for number in range(2000)]
    whole = gzip.compress(csv_bytes(rows))
    spoilt = csv_bytes(rows[:5]) + "p,a,b,caf\xe9\n".encode("latin-1")
    return {
        "the input breaks off half-way": (names.plain_key(".csv.gz"), whole[: len(whole) // 2], "R7"),
        "the input is not UTF-8": (names.plain_key(".csv"), spoilt, "D9"),
    }


@pytest.mark.task("4.1", "mastery", points=0.3)
def test_where_it_fails_the_output_stays_as_it_was(task: Any, cloud: Any, names: Names, bucket: str) -> None:
    s3, before = cloud.client("s3"), names.text().encode()
    old, new = names.plain_key(".csv", prefix="output/"), names.plain_key(".csv", prefix="output/")
    s3.put_object(Bucket=bucket, Key=old, Body=before)
    good = names.plain_key(".csv.gz")
    s3.put_object(Bucket=bucket, Key=good, Body=gzip.compress(csv_bytes(values(names.rows(400)))))
    works(task, "run_job", s3, bucket, good, names.plain_key(".csv"))
    for why, (broken, data, mistake) in broken_inputs(names).items():
        s3.put_object(Bucket=bucket, Key=broken, Body=data)
        for target in (old, new):
            ended = attempt(task, "run_job", s3, bucket, broken, target)
            what = f"{task.last_call}, where {why}"
            expect(ended.error, called=what, expected="an error", found=ended, mistake=mistake)
        there = {item["Key"] for item in s3.list_objects_v2(Bucket=bucket)["Contents"]}
        expect(
            new not in there, called=what, expected=f"nothing at {show(new)}", found="an object there", mistake="D13"
        )
        expect(old in there, called=what, expected=f"{show(old)} untouched", found="it deleted", mistake="D13")
        found = s3.get_object(Bucket=bucket, Key=old)["Body"].read()
        expect(found == before, called=what, expected=f"{show(old)} untouched", found=show(found), mistake="D13")


@pytest.mark.task("4.1", "mastery", points=0.2)
def test_a_forbidden_input_is_not_a_missing_one(task: Any, cloud: Any, names: Names, bucket: str) -> None:
    s3, source = cloud.client("s3"), names.plain_key(".csv")
    s3.put_object(Bucket=bucket, Key=source, Body=csv_bytes(values(names.rows(5))))
    works(task, "run_job", s3, bucket, source, names.plain_key(".csv"))
    forbid(cloud, "s3.GetObject", "s3.HeadObject")
    expect_forbidden(task, "U12", "run_job", s3, bucket, source, names.plain_key(".csv"))
