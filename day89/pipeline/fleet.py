"""Do a job on a fleet of instances: launch, wait, collect, and leave no instance behind whatever happens."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from day89.ec2 import console_output, describe_instances, launch_instance, set_instance_state
from day89.errors import InvalidInputError, JobFailedError, WaitTimeoutError
from day89.pipeline.plan import PART_BYTES, JobPlan, plan_pipeline
from day89.pipeline.run import Report, done_before, finish, join_parts, remaining_parts
from day89.pipeline.scripts import instance_script
from day89.pipeline.steps import load_step

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client
    from mypy_boto3_s3 import S3Client

    from day89.pipeline.records import Part

__all__ = ["Fleet", "run_fleet", "worker_user_data"]

RUN_TAG = "day89:run"
GONE = frozenset({"shutting-down", "terminated", "stopping", "stopped"})
CONSOLE_CHARACTERS = 2000


@dataclass(frozen=True, kw_only=True)
class Fleet:
    """The workers of a fleet: how many, of what type, with which network and role.

    Attributes:
        image_id: image of the workers.
        security_group_id: security group of the workers; they need no way in.
        instance_profile: profile whose role the workers wear.
        workers: how many instances at most; never more than there are parts left.
        instance_type: of the workers.
        wheel_key: key of a wheel of this package, for images that do not have it.
        spot: buy the workers on the Spot market.
        tags: more tags for the workers and their volumes.
        minutes: each worker ends after so long, even if the process that launched it is gone by then; None is never.
    """

    image_id: str
    security_group_id: str
    instance_profile: str
    workers: int = 2
    instance_type: str = "t3.micro"
    wheel_key: str | None = None
    spot: bool = False
    tags: Mapping[str, str] = field(default_factory=dict)
    minutes: int | None = None


def run_fleet(
    s3: S3Client,
    ec2: EC2Client,
    bucket: str,
    inputs: Iterable[str],
    output_key: str,
    fleet: Fleet,
    *,
    step: str = "day89.pipeline:drop_incomplete",
    part_bytes: int | None = PART_BYTES,
    revision: str = "",
    timeout: float = 600.0,
    poll_seconds: float = 1.0,
) -> Report:
    """Work on CSV objects as ``run_pipeline`` does, on instances that take the parts among them.

    The workers need to read the inputs and ``code/``, and to write beside the output: the role of
    ``iam.create_worker_role`` where inputs lie under ``input/`` and the output under ``output/``. Each shuts itself
    down when it is done, also when a step fails; all are terminated at the end, found by the tag of this run, also one
    whose launch was answered with an error. A run that failed, or lost its Spot instances, is taken up by another run.

    Args:
        s3: S3 client.
        ec2: EC2 client.
        bucket: bucket of inputs, plan and output.
        inputs: keys of CSV objects with the same header.
        output_key: key of the output.
        fleet: what the workers are.
        step: ``package.module:function`` that the workers can import.
        part_bytes: length of a part.
        revision: anything that tells this job from an earlier one over the same inputs.
        timeout: seconds from the first launch to the last part.
        poll_seconds: how often to look.

    Returns:
        What was done.

    Raises:
        JobFailedError: all workers ended and parts are missing; the message has the end of a console.
        WaitTimeoutError: parts are missing when the time is up.
    """
    if fleet.workers < 1:
        raise InvalidInputError(f"workers must be positive, not {fleet.workers}")
    if fleet.minutes is not None and fleet.minutes < 1:
        raise InvalidInputError(f"minutes must be positive, not {fleet.minutes}")
    work = load_step(step)
    plan = plan_pipeline(s3, bucket, inputs, output_key, work, part_bytes=part_bytes, revision=revision)
    if report := done_before(s3, plan):
        return report
    missing = remaining_parts(s3, plan)
    run = f"{plan.id}-{secrets.token_hex(4)}"
    scripts = _share_out(s3, plan, run, step, missing, fleet)
    with _none_left(ec2, run):
        _launch(ec2, run, scripts, fleet)
        _wait(s3, ec2, plan, run, time.monotonic() + timeout, poll_seconds)
    join_parts(s3, plan, work)
    return finish(s3, plan, parts_run=len(missing))


def worker_user_data(
    bucket: str,
    plan_key: str,
    shares_key: str,
    index: int,
    step: str,
    *,
    region: str,
    wheel_key: str | None = None,
    minutes: int | None = None,
) -> str:
    """Write the user data of a worker: do its share of a plan, then shut down, also when something fails.

    It holds no credentials: the worker gets those of its role from the instance metadata.

    Args:
        bucket: bucket of the plan.
        plan_key: key of the plan.
        shares_key: key of a JSON list of lists: the numbers of the parts that each worker does.
        index: which of these lists.
        step: ``package.module:function``.
        region: region of the bucket.
        wheel_key: key of a wheel of this package, installed where the image does not have it.
        minutes: the worker ends after so long whatever happens; None is never.

    See https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html
    """
    return instance_script(
        ["-m", "day89.pipeline.worker", bucket, plan_key, shares_key, str(index), step],
        bucket=bucket,
        region=region,
        wheel_key=wheel_key,
        minutes=minutes,
    )


def _share_out(s3: S3Client, plan: JobPlan, run: str, step: str, missing: list[Part], fleet: Fleet) -> list[str]:
    """Put the plan and everyone's share into S3; return the user data of each worker."""
    count = min(fleet.workers, len(missing))
    shares = [[part.number for part in missing[index::count]] for index in range(count)]
    keys = (f"code/jobs/{plan.id}.json", f"code/jobs/{run}.json")
    for key, body in zip(keys, (plan.to_json(), json.dumps(shares).encode()), strict=True):
        s3.put_object(Bucket=plan.bucket, Key=key, Body=body, ContentType="application/json")
    region, wheel_key, minutes = s3.meta.region_name, fleet.wheel_key, fleet.minutes
    return [
        worker_user_data(plan.bucket, *keys, index, step, region=region, wheel_key=wheel_key, minutes=minutes)
        for index in range(count)
    ]


def _launch(ec2: EC2Client, run: str, scripts: list[str], fleet: Fleet) -> None:
    def one(index: int) -> str:
        return launch_instance(
            ec2,
            f"day89-worker-{index}",
            image_id=fleet.image_id,
            security_group_id=fleet.security_group_id,
            instance_type=fleet.instance_type,
            instance_profile=fleet.instance_profile,
            user_data=scripts[index],
            tags={**fleet.tags, RUN_TAG: run},
            client_token=f"{run}-{index}",  # a launch that botocore repeats is one launch
            spot=fleet.spot,
        )

    with ThreadPoolExecutor(min(8, len(scripts))) as pool:
        for launched in [pool.submit(one, index) for index in range(len(scripts))]:
            launched.result()


def _wait(s3: S3Client, ec2: EC2Client, plan: JobPlan, run: str, end: float, poll_seconds: float) -> None:
    while True:
        # The states first: a worker that is gone by now has written all that it ever will.
        states = {one.id: one.state for one in describe_instances(ec2, tags={RUN_TAG: run})}
        missing = remaining_parts(s3, plan)
        if not missing:
            return
        numbers = ", ".join(str(part.number) for part in missing[:10])
        if states and GONE.issuperset(states.values()):
            raise JobFailedError(f"all workers ended and parts {numbers} are missing:\n{_consoles(ec2, states)}")
        if time.monotonic() >= end:
            raise WaitTimeoutError(f"parts {numbers} are missing and the time is up; run it again to go on")
        time.sleep(poll_seconds)


def _consoles(ec2: EC2Client, ids: Iterable[str]) -> str:
    return "\n".join(f"{one}: {console_output(ec2, one)[-CONSOLE_CHARACTERS:]}" for one in ids)


@contextmanager
def _none_left(ec2: EC2Client, run: str) -> Iterator[None]:
    try:
        yield
    finally:
        alive = [one.id for one in describe_instances(ec2, tags={RUN_TAG: run}) if one.state != "terminated"]
        set_instance_state(ec2, alive, "terminated")
