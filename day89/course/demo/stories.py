"""Play a story: its steps, the end of all that it built whatever happened, and the proof that nothing is left."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from boto3.exceptions import Boto3Error
from botocore.exceptions import BotoCoreError, ClientError

from day89 import ec2
from day89.costs import Estimate, Plan, estimate_calls, estimate_plan
from day89.course.demo import process, serve, train
from day89.course.demo.proof import leaks_now, prove
from day89.course.demo.record import RecordedInstance, StoryRecord, Traced
from day89.course.demo.setting import Setting
from day89.course.demo.stage import INSTANCE_TYPE, LIFETIME_MINUTES, Observer, Stage, run_name
from day89.course.demo.teardown import Cleanup, Interrupts
from day89.errors import Day89Error, error_code

__all__ = ["STORIES", "Story", "ceiling", "play"]

DAY_OF_A_MONTH = 1 / 30
# What to do next, by AWS error code.
ADVICE = {
    "InsufficientInstanceCapacity": "try another instance type or region, or the same again later",
    "SlowDown": "send fewer requests a second, or the same again later",
    "AccessDenied": "look at the policies of the caller",
    "UnauthorizedOperation": "look at the policies of the caller",
}


@dataclass(frozen=True)
class Story:
    """One story: its name, what it shows, how it runs, and how many instances it has at once at most."""

    name: str
    title: str
    play: Callable[[Stage], None]
    instances: int


STORIES: Mapping[str, Story] = MappingProxyType(
    {
        story.name: story
        for story in (
            Story(
                "train", "the training pipeline: data to S3, a model trained on an instance, back to S3", train.play, 1
            ),
            Story(
                "serve", "the inference API: a model on an instance, asked over HTTP, its answers logged", serve.play, 1
            ),
            Story(
                "process", "the data pipeline: raw data, a fleet of workers, results, and what follows", process.play, 3
            ),
        )
    }
)


def ceiling(story: Story) -> Estimate:
    """Return what a story can cost at most: every instance as long as it may live, and all of it twice."""
    hours = LIFETIME_MINUTES / 60
    plan = Plan(INSTANCE_TYPE, 2 * story.instances, hours, storage_gb={"STANDARD": 0.01}, puts=500, gets=2000)
    return estimate_plan(plan)


def play(story: Story, setting: Setting, observer: Observer, *, fault: str = "") -> StoryRecord:
    """Play a story to its end, or to where it breaks; then take everything down and look whether anything is left.

    Args:
        story: the story.
        setting: where it plays.
        observer: is told of each step.
        fault: what was ordered to break, in words.

    Returns:
        What happened. Errors that AWS or an instance can cause are in it; any other one is raised, after the end.
    """
    record = StoryRecord(story.name, story.title, setting.place, run_name(story.name), fault)
    undo = Cleanup()
    stage = Stage(setting, record, observer, undo)
    with Interrupts() as interrupts:
        try:
            _tell(story, stage, interrupts)
        finally:  # an interrupt in the moment between the two blocks comes here too
            interrupts.ending = True
            _end(stage, undo)
            record.proofs = prove(stage)
    record.seconds = setting.trace.now()
    record.calls = sorted(setting.trace.calls, key=lambda traced: traced.at)
    record.machines = _machines(stage, record.calls)
    record.estimate = _estimate(record)
    return record


def _tell(story: Story, stage: Stage, interrupts: Interrupts) -> None:
    record = stage.record
    try:
        with stage.step("look what bills before it begins") as say:
            stage.billed_before = leaks_now(stage)
            say(f"{len(stage.billed_before) or 'nothing'} in {stage.setting.region}")
        story.play(stage)
    except KeyboardInterrupt:
        record.interrupted, record.error = True, "interrupted"
    except (Day89Error, ClientError, BotoCoreError, Boto3Error, OSError) as error:
        record.error, record.console = _sentence(error)
    finally:
        interrupts.ending = True


def _end(stage: Stage, undo: Cleanup) -> None:
    try:
        with stage.step("take everything down") as say:
            stage.record.undone = undo.run()
            say("; ".join(stage.record.undone) or "instances terminated; bucket, role, group and all else deleted")
    finally:  # where nobody could be told of the step (a closed terminal), it is done all the same
        stage.record.undone += undo.run()


def _sentence(error: Exception) -> tuple[str, str]:
    """Return one sentence on an error, and the console output that came with it."""
    if isinstance(error, ClientError):
        code = error_code(error)
        said = error.response.get("Error", {}).get("Message", "").rstrip(".")
        advice = f": {ADVICE[code]}" if code in ADVICE else ""
        return f"AWS refused {error.operation_name} with {code} ({said}){advice}", ""
    first, _, rest = str(error).partition("\n")
    return first.rstrip(":"), rest.strip()


def _machines(stage: Stage, calls: list[Traced]) -> list[RecordedInstance]:
    """Put together what EC2 says of each instance with when it was launched and last heard of.

    Launches and instances are matched by name, in order: a name is used again where an instance was taken away.
    """
    launches = defaultdict(list)
    for traced in calls:
        if traced.call.operation == "RunInstances" and traced.call.error_code is None:
            launches[_name_tag(traced)].append(traced.at)
    found = []
    for one in _known(stage):
        times = launches[one.name]
        began = times.pop(0) if times else 0.0
        found.append(_machine(one, began, _last_heard(one.id, calls, began)))
    return found


def _known(stage: Stage) -> list[ec2.Instance]:
    try:
        return sorted(stage.instances(), key=lambda one: (one.launched, one.id))
    except (ClientError, BotoCoreError):  # such as credentials that have run out: the proof has said so already
        return []


def _machine(one: ec2.Instance, began: float, ended: float) -> RecordedInstance:
    market = "Spot" if one.spot else "on demand"
    return RecordedInstance(one.id, one.name, one.type, market, began, ended, one.state, one.reason)


def _name_tag(traced: Traced) -> str:
    for specification in traced.call.params.get("TagSpecifications", []):
        for tag in specification.get("Tags", []):
            if tag["Key"] == "Name":
                return str(tag["Value"])
    return ""


def _last_heard(instance_id: str, calls: list[Traced], began: float) -> float:
    ends = [
        traced.at + traced.call.seconds
        for traced in calls
        if traced.actor == instance_id
        or (traced.call.operation == "TerminateInstances" and instance_id in traced.call.params.get("InstanceIds", []))
    ]
    return max([began, *ends])


def _estimate(record: StoryRecord) -> Estimate:
    hours = max((one.ended - one.began for one in record.machines), default=0.0) / 3600
    return estimate_calls([traced.call for traced in record.calls], instance_hours=hours)
