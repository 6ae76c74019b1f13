"""Tell the training pipeline: data to S3, a model trained on an instance, the model back in S3, the instance gone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas

from day89 import ec2, models, s3
from day89.course.demo.jobs import train_job
from day89.course.demo.stage import Stage
from day89.course.exercise.files import course_file
from day89.ec2.waiting import wait_for
from day89.errors import JobFailedError, NotFoundError
from day89.iam.policies import job_policy

__all__ = ["play"]

INPUT = "input/penguins.csv"
MODEL = "penguins"
CONSOLE_CHARACTERS = 2000
BY_ITSELF = "Client.InstanceInitiatedShutdown"


def play(stage: Stage) -> None:
    """Play the story.

    Raises:
        JobFailedError: the training failed on the instance, or the model is not what it should be.
    """
    client = stage.client("s3")
    stage.build(job_policy(stage.bucket, read=["input/", "code/"], write=["models/"], list_prefixes=["models/"]))
    with stage.step("put the data into S3") as say:
        path = course_file("data/penguins.csv")
        where = s3.upload_file(client, path, stage.bucket, INPUT, checksum=True)
        say(f"{path.stat().st_size:,} bytes at {where}, sha256 {s3.file_sha256(path)[:12]}… kept with it")
    with stage.step("put the code into S3") as say:
        stage.put_code(Path(train_job.__file__))
        say("the training program, and a wheel of this package for images that do not have it")
    instance_id = _train(stage)
    with stage.step("check the model, then put it into use") as say:
        manifest = models.read_manifest(client, stage.bucket, MODEL)
        _check(client, stage, manifest)
        models.promote_model(client, stage.bucket, MODEL, manifest.version)
        say(f"version {manifest.version}, sha256 {manifest.file().sha256[:12]}… as promised, answers its golden rows")
    stage.result("accuracy, as the instance saw it", _last_line(stage, instance_id))
    stage.result("model", f"models/{MODEL}/v{manifest.version}/model.joblib, {manifest.file().size:,} bytes")


def _train(stage: Stage) -> str:
    """Train on the Spot market, and once more on demand where the Spot instance was taken away; return its id."""
    for spot in (True, False):
        with stage.step(f"train on {'a Spot' if spot else 'an on-demand'} instance") as say:
            launched = _launch(stage, spot=spot)
            wait_for(
                stage.client("ec2"),
                "instance_terminated",
                f"the end of instance {launched.instance_id}",
                timeout=stage.setting.patience_seconds,
                InstanceIds=[launched.instance_id],
            )
            gone = ec2.describe_instance(stage.client("ec2"), launched.instance_id)
            if _saved(stage):
                say(f"{gone.id} ({launched.market}) trained, saved the model and ended by itself")
                return gone.id
            if gone.reason == BY_ITSELF or not spot:
                raise JobFailedError(
                    f"the training failed on {gone.id}: no model was saved; the end of its console:\n"
                    f"{ec2.console_output(stage.client('ec2'), gone.id)[-CONSOLE_CHARACTERS:]}"
                )
            say(f"{gone.id} was taken away before it had saved a model ({gone.reason}): again, on demand")
    raise AssertionError("unreachable: the second turn returns or raises")


def _launch(stage: Stage, *, spot: bool) -> ec2.Launched:
    path = "/tmp/train_job.py"
    script = stage.script([path, stage.bucket, INPUT, MODEL], fetch={"code/train_job.py": path})
    name, options = f"{stage.name}-trainer", {"user_data": script, **stage.launch_options()}
    if spot:
        return ec2.launch_spot(stage.client("ec2"), name, **options)
    return ec2.Launched(ec2.launch_instance(stage.client("ec2"), name, **options), "on-demand")


def _saved(stage: Stage) -> bool:
    return bool(models.list_versions(stage.client("s3"), stage.bucket, MODEL))


def _check(client: Any, stage: Stage, manifest: models.Manifest) -> None:
    """Load the model, whose bytes are compared with the promised checksum first, and ask it its golden rows."""
    model = models.load_model(client, stage.bucket, MODEL, manifest.version)
    rows = pandas.DataFrame(manifest.golden_rows, columns=list(manifest.feature_names))
    if tuple(model.predict(rows).tolist()) != manifest.golden_predictions:
        raise JobFailedError(f"version {manifest.version} answers its golden rows otherwise than when it was trained")


def _last_line(stage: Stage, instance_id: str) -> str:
    try:
        lines = ec2.console_output(stage.client("ec2"), instance_id).strip().splitlines()
    except NotFoundError:
        lines = []
    return next((line for line in reversed(lines) if line.startswith("version ")), "its console is not to be had")
