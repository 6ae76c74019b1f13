"""Tell the inference API: a model on an instance by its user data, asked over HTTP, its answers logged to S3."""

from __future__ import annotations

import json
import statistics
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pandas

from day89 import ec2, models, monitoring, s3
from day89.course.demo.jobs import train_job
from day89.course.demo.stage import APP_PORT, Stage
from day89.course.demo.trace import HERE
from day89.course.exercise.files import course_file
from day89.errors import JobFailedError
from day89.iam.policies import job_policy

__all__ = ["play"]

MODEL = "penguins"
LOG_PREFIX = "predictions"
REQUEST_SECONDS = 10
CONSOLE_CHARACTERS = 2000
ENDED = frozenset({"shutting-down", "terminated", "stopping", "stopped"})


def play(stage: Stage) -> None:
    """Play the story.

    Raises:
        JobFailedError: the server ended instead of serving, or answered otherwise than the model does.
    """
    stage.build(job_policy(stage.bucket, read=["code/", "models/"], write=[f"{LOG_PREFIX}/"]))
    with stage.step("publish a model") as say:
        model, rows, accuracy = train_job.fit(pandas.read_csv(course_file("data/penguins.csv")))
        features = rows[train_job.FEATURES]
        manifest = models.publish_model(stage.client("s3"), model, stage.bucket, MODEL, holdout=features)
        stage.put_code()
        say(f"version {manifest.version}, {accuracy:.1%} right on {len(rows)} rows that it had not seen")
    url = _deploy(stage, manifest.version)
    _set_alarm(stage)
    with stage.step("ask it over HTTP") as say:
        milliseconds = _ask(stage, url, features, model.predict(features).tolist())
        say(f"{len(rows)} rows one by one, median {milliseconds:.1f} ms, then all at once: the model's own answers")
    with stage.step("ask it wrongly") as say:
        status, problem = _post(url, {"features": ["flat", None]})
        if status not in (400, 422):
            raise JobFailedError(f"a wrong request was answered with {status}, not refused")
        say(f"{status}: {problem.get('detail') or problem.get('title')}")
    with stage.step("find the predictions in S3") as say:
        logged = stage.wait(lambda: _logged(stage, len(rows) + 1), f"{len(rows) + 1} logged predictions in S3")
        say(f"{sum(logged.values())} requests in {len(logged)} object{'s'[: len(logged) != 1]} under {LOG_PREFIX}/")
    stage.result("answers", f"{len(rows) + 1} requests, all as the model answers here; one wrong request refused")
    stage.result("species", ", ".join(f"{count} {name}" for name, count in Counter(model.predict(features)).items()))


def _deploy(stage: Stage, version: int) -> str:
    with stage.step("deploy it on an instance") as say:
        words = ["-m", "day89", "serve", stage.bucket, MODEL, str(version), "--host", "0.0.0.0", "--port"]
        words += [str(APP_PORT), "--log-bucket", stage.bucket, "--log-prefix", LOG_PREFIX, "--log-seconds", "1"]
        client, script = stage.client("ec2"), stage.script(words)
        instance_id = ec2.launch_instance(client, f"{stage.name}-server", user_data=script, **stage.launch_options())
        server = ec2.describe_instance(client, instance_id)
        url = f"http://{server.public_ip or server.private_ip}:{APP_PORT}"
        stage.wait(lambda: _ready(stage, url, instance_id), f"{url}/ready")
        say(f"{instance_id} serves version {version} at {url}")
    return url


def _ready(stage: Stage, url: str, instance_id: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/ready", timeout=REQUEST_SECONDS) as answer:
            return bool(answer.status == 200)
    except (OSError, urllib.error.URLError):
        server = ec2.describe_instance(stage.client("ec2"), instance_id)
        if server.state in ENDED:
            console = ec2.console_output(stage.client("ec2"), instance_id)
            raise JobFailedError(
                f"the server on {instance_id} ended before it served; the end of its console:\n"
                f"{console[-CONSOLE_CHARACTERS:]}"
            ) from None
        return False


def _set_alarm(stage: Stage) -> None:
    with stage.step("set an alarm") as say:
        (server,) = (one for one in stage.instances() if one.state == "running")
        client, name = stage.client("cloudwatch"), f"{stage.name}-failed"
        stage.undo.later(f"alarm {name}", lambda: monitoring.delete_alarms(client, [name]))
        monitoring.create_alarm(
            client,
            name,
            namespace="AWS/EC2",
            metric="StatusCheckFailed",
            threshold=0,
            statistic="Maximum",
            period_seconds=60,
            periods=2,
            dimensions={"InstanceId": server.id},
            missing_data="breaching",
        )
        arn = client.describe_alarms(AlarmNames=[name])["MetricAlarms"][0]["AlarmArn"]
        client.tag_resource(ResourceARN=arn, Tags=stage.tag_list())
        (alarm,) = monitoring.list_alarms(client, prefix=name)
        say(f"{alarm.metric} > {alarm.threshold:g} for two minutes, or no word of it at all; now {alarm.state}")


def _ask(stage: Stage, url: str, features: pandas.DataFrame, expected: Sequence[str]) -> float:
    """Ask for each row, then for all at once; return the median time of one row in milliseconds."""
    rows, took = features.to_numpy().tolist(), []
    for row, species in zip(rows, expected, strict=True):
        began = time.perf_counter()
        _expect(_post(url, {"features": row}), [species])
        took.append(time.perf_counter() - began)
    _expect(_post(url, {"features": [dict(zip(features.columns, row, strict=True)) for row in rows]}), list(expected))
    stage.link(HERE, "instance", f"{len(rows) + 1} requests over HTTP")
    return statistics.median(took) * 1000


def _expect(answer: tuple[int, dict[str, Any]], prediction: list[str]) -> None:
    status, body = answer
    if status != 200 or body.get("prediction") != prediction:
        raise JobFailedError(f"the server answered {status} {json.dumps(body)[:200]}, the model {prediction[:3]}")


def _post(url: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    request = urllib.request.Request(
        f"{url}/predict", data=json.dumps(body).encode(), headers={"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=REQUEST_SECONDS) as answer:
            return int(answer.status), json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def _logged(stage: Stage, wanted: int) -> dict[str, int] | None:
    """Return how many predictions each object of the log holds, or None while some are still missing."""
    client, counts = stage.client("s3"), {}
    for key in s3.list_keys(client, stage.bucket, f"{LOG_PREFIX}/"):
        with s3.open_object(client, stage.bucket, key) as file:
            counts[key] = file.read().count(b"\n")
    return counts if sum(counts.values()) >= wanted else None
