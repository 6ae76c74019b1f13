"""Tell the data pipeline: raw data into S3, a fleet of workers, results out of it, what follows triggered."""

from __future__ import annotations

import io
from typing import Any

import pandas
from botocore.exceptions import ClientError

from day89 import s3
from day89.course.demo.stage import LIFETIME_MINUTES, Stage
from day89.course.exercise.files import course_file
from day89.ec2.spot import NO_CAPACITY
from day89.errors import JobFailedError, WaitTimeoutError, error_code
from day89.iam.policies import job_policy
from day89.pipeline import Event, Fleet, Report, notify_queue, read_events, run_fleet

__all__ = ["play"]

OUTPUT = "output/penguins.csv"
SUMMARY = "summary/mass.csv"
WORKERS = 3
BY_ITSELF = "Client.InstanceInitiatedShutdown"


def play(stage: Stage) -> None:
    """Play the story.

    Raises:
        JobFailedError: a worker failed, or rows got lost on the way.
        WaitTimeoutError: S3 told nobody of the output.
    """
    client = stage.client("s3")
    stage.build(job_policy(stage.bucket, read=["input/", "code/"], write=["output/"]))
    with stage.step("let S3 tell a queue of the output") as say:
        url = _queue(stage)
        say(f"objects {OUTPUT} of {stage.bucket} are told to {url.rpartition('/')[2]}")
    with stage.step("put the raw data into S3") as say:
        rows = _put_raw(client, stage.bucket)
        stage.put_code()
        say(f"{sum(rows.values())} rows in {len(rows)} files, one an island: {', '.join(rows)}")
    report = _run(stage, list(rows))
    if report.rows_kept + report.rows_rejected != sum(rows.values()):
        raise JobFailedError(f"{sum(rows.values())} rows went in, {report} came out")
    with stage.step("what follows, triggered by the output") as say:
        event = _event(stage, url)
        text = _summarise(client, event)
        say(f"told of {event.key} ({event.size:,} bytes): wrote {SUMMARY}")
    stage.result("rows", f"{report.rows_read} read, {report.rows_kept} kept, {report.rows_rejected} set aside")
    stage.result("why set aside", _reasons(client, stage.bucket, report.rejected_key))
    stage.result("mean body mass", text)


def _queue(stage: Stage) -> str:
    sqs, name = stage.client("sqs"), stage.name
    stage.undo.later(f"queue {name}", lambda: _delete_queue(sqs, name))
    url = notify_queue(stage.client("s3"), sqs, stage.bucket, name, prefix=OUTPUT, suffix=".csv")
    sqs.tag_queue(QueueUrl=url, Tags=dict(stage.tags))
    return url


def _delete_queue(sqs: Any, name: str) -> None:
    for url in sqs.list_queues(QueueNamePrefix=name).get("QueueUrls", []):
        sqs.delete_queue(QueueUrl=url)


def _put_raw(client: Any, bucket: str) -> dict[str, int]:
    """Put the penguins of each island into a file of their own, every value as it stands; return rows by key."""
    lines = course_file("data/penguins.csv").read_text("utf-8").splitlines(keepends=True)
    place = lines[0].split(",").index("island")
    islands: dict[str, list[str]] = {}
    for line in lines[1:]:
        islands.setdefault(f"input/{line.split(',')[place].lower()}.csv", []).append(line)
    for key, rows in islands.items():
        client.put_object(Bucket=bucket, Key=key, Body="".join([lines[0], *rows]).encode(), ContentType="text/csv")
    return {key: len(rows) for key, rows in islands.items()}


def _run(stage: Stage, inputs: list[str]) -> Report:
    """Run the fleet on the Spot market; where workers were taken away, once more on demand for what is left."""
    for spot in (True, False):
        with stage.step(f"work on it with a fleet of {'Spot' if spot else 'on-demand'} instances") as say:
            try:
                report = _fleet(stage, inputs, spot=spot)
            except (JobFailedError, ClientError) as error:
                reason = _lost(stage, error)
                if not reason or not spot:
                    raise
                say(f"{reason}: what is left is done on demand")
                continue
            say(f"{report.parts_run} of {report.parts} parts done in this run, put together as {report.output_key}")
            return report
    raise AssertionError("unreachable: the second turn returns or raises")


def _lost(stage: Stage, error: Exception) -> str:
    """Say in words that the Spot market is to blame for an error; empty where it is not."""
    if isinstance(error, ClientError):
        return "there is no Spot capacity" if error_code(error) in NO_CAPACITY else ""
    taken = [one.id for one in stage.instances() if one.spot and one.reason != BY_ITSELF]
    return f"{', '.join(taken)} was taken away with its part undone" if taken else ""


def _fleet(stage: Stage, inputs: list[str], *, spot: bool) -> Report:
    fleet = Fleet(
        workers=WORKERS,
        wheel_key=stage.wheel_key,
        minutes=LIFETIME_MINUTES,
        spot=spot,
        **stage.launch_options(),
    )
    return run_fleet(
        stage.client("s3"),
        stage.client("ec2"),
        stage.bucket,
        inputs,
        OUTPUT,
        fleet,
        part_bytes=None,
        timeout=stage.setting.patience_seconds,
        poll_seconds=stage.setting.poll_seconds,
    )


def _event(stage: Stage, url: str) -> Event:
    event = next(read_events(stage.client("sqs"), url, timeout=stage.setting.patience_seconds), None)
    if event is None:
        raise WaitTimeoutError(f"S3 told {url} of no output within {stage.setting.patience_seconds:g} s")
    stage.link("s3", "sqs", "told of the new object")
    return event


def _summarise(client: Any, event: Event) -> str:
    table = s3.read_csv(client, event.bucket, event.key)
    means = table.groupby("species")["body_mass_g"].mean().round()
    s3.write_csv(client, means.reset_index(), event.bucket, SUMMARY)
    return ", ".join(f"{name} {value:,.0f} g" for name, value in means.items())


def _reasons(client: Any, bucket: str, key: str) -> str:
    with s3.open_object(client, bucket, key) as file:
        table = pandas.read_csv(io.BytesIO(file.read()))
    counts = table["reason"].value_counts()
    return "; ".join(f"{count} {reason}" for reason, count in counts.items())
