"""Build what every story stands on: a bucket, a role, a security group, an image; named, tagged, and undone."""

from __future__ import annotations

import secrets
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from day89 import ec2, s3
from day89.course.demo.record import Link, Step, StoryRecord
from day89.course.demo.setting import Setting
from day89.course.demo.teardown import Cleanup
from day89.course.demo.wheel import build_wheel
from day89.errors import NotFoundError, WaitTimeoutError
from day89.iam import roles
from day89.iam.policies import Document
from day89.pipeline import instance_script

__all__ = ["APP_PORT", "INSTANCE_TYPE", "LIFETIME_MINUTES", "TAG", "Observer", "Stage"]

INSTANCE_TYPE = "t3.small"  # 2 GiB: pandas and scikit-learn are installed and imported there
LIFETIME_MINUTES = 55  # an instance ends by itself after that, whatever became of the machine that launched it
APP_PORT = 5000
NOBODY = "192.0.2.0/24"  # kept for documentation, RFC 5737: no machine has an address in it, so nobody comes in by SSH
TAG = "day89:demo"


class Observer(Protocol):
    """The interface that follows a story while it goes on."""

    def begin(self, step: Step) -> None:
        """Hear that a step has begun."""

    def end(self, step: Step) -> None:
        """Hear that a step has ended."""


class Stage:
    """The resources that a story uses while it runs."""

    def __init__(self, setting: Setting, record: StoryRecord, observer: Observer, undo: Cleanup) -> None:
        """Take a place; nothing is made yet."""
        self.setting, self.record, self.undo = setting, record, undo
        self.name = record.run
        self.bucket = record.run
        self.image_id = self.group_id = self.wheel_key = ""
        self.billed_before: frozenset[tuple[str, str]] = frozenset()
        self._observer = observer
        expires = datetime.now(UTC) + timedelta(minutes=LIFETIME_MINUTES + 5)
        self.tags: Mapping[str, str] = {TAG: record.run, "day89:expires": expires.isoformat(timespec="minutes")}

    def client(self, service: str) -> Any:
        """Return the story's client of a service."""
        return self.setting.client(service)

    @contextmanager
    def step(self, name: str) -> Iterator[Callable[[str], None]]:
        """Play one step; what is yielded takes the words for what came of it."""
        step = Step(name, self.setting.trace.now())
        self.record.steps.append(step)
        self._observer.begin(step)

        def say(detail: str) -> None:
            step.detail = detail

        try:
            yield say
        except BaseException:
            step.failed = True
            raise
        finally:
            step.ended = self.setting.trace.now()
            self._observer.end(step)

    def result(self, name: str, value: str) -> None:
        """Note something that came out."""
        self.record.results.append((name, value))

    def link(self, source: str, target: str, label: str) -> None:
        """Note that something went from one place to another without being a call of AWS."""
        self.record.links.append(Link(source, target, label))

    def build(self, policy: Document) -> None:
        """Make bucket, role, security group, and put the code into the bucket.

        Args:
            policy: what instances of this story may do, and no more.
        """
        with self.step("build what it stands on") as say:
            self._bucket()
            self._role(policy)
            self._group()
            self.image_id = ec2.newest_image(self.client("ssm"))
            self.undo.later("instances", self._end_instances)
            say(f"bucket, role, security group, each named {self.name}; image {self.image_id}")

    def _bucket(self) -> None:
        client = self.client("s3")
        self.undo.later(f"bucket {self.bucket}", _if_there(s3.delete_bucket, client, self.bucket))
        s3.create_bucket(client, self.bucket)
        s3.secure_bucket(client, self.bucket)
        client.put_bucket_tagging(Bucket=self.bucket, Tagging={"TagSet": self.tag_list()})
        # Should nobody ever take the bucket down, what is in it goes by itself.
        s3.add_lifecycle_rule(client, self.bucket, "expire", "", expire_after_days=1, old_versions_after_days=1)

    def _role(self, policy: Document) -> None:
        client = self.client("iam")
        self.undo.later(f"role {self.name}", _if_there(roles.delete_role, client, self.name))
        roles.create_role(client, self.name, policy, description=f"instances of {self.name}")
        roles.create_instance_profile(client, self.name, self.name)
        client.tag_role(RoleName=self.name, Tags=self.tag_list())
        client.tag_instance_profile(InstanceProfileName=self.name, Tags=self.tag_list())

    def _group(self) -> None:
        client = self.client("ec2")
        self.undo.later(f"security group {self.name}", self._delete_group)
        vpcs = client.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"]
        if not vpcs:
            raise NotFoundError(f"{self.setting.region} has no default VPC: `aws ec2 create-default-vpc` makes one")
        self.group_id = ec2.create_security_group(
            client, vpcs[0]["VpcId"], self.name, admin_cidr=NOBODY, app_port=APP_PORT
        )
        client.create_tags(Resources=[self.group_id], Tags=self.tag_list())

    def put_code(self, *files: Path) -> None:
        """Put the wheel of this package, and single files, under ``code/``: an image has neither."""
        with tempfile.TemporaryDirectory(prefix="day89-wheel-") as folder:
            for path in [build_wheel(Path(folder)), *files]:
                s3.upload_file(self.client("s3"), path, self.bucket, f"code/{path.name}")
                self.wheel_key = self.wheel_key or f"code/{path.name}"

    def script(self, arguments: Sequence[str], fetch: Mapping[str, str] | None = None) -> str:
        """Write the user data of an instance that runs a Python program and ends."""
        return instance_script(
            arguments,
            bucket=self.bucket,
            region=self.setting.region,
            wheel_key=self.wheel_key,
            fetch=fetch,
            minutes=LIFETIME_MINUTES,
        )

    def launch_options(self) -> dict[str, Any]:
        """Return the options of a launch that are the same for all instances of this story."""
        return {
            "image_id": self.image_id,
            "security_group_id": self.group_id,
            "instance_profile": self.name,
            "instance_type": INSTANCE_TYPE,
            "tags": self.tags,
        }

    def instances(self) -> list[ec2.Instance]:
        """Return the instances of this story, also those that are gone."""
        return list(ec2.describe_instances(self.client("ec2"), tags={TAG: self.name}))

    def wait(self, condition: Callable[[], Any], what: str) -> Any:
        """Look again and again until something is true, and return it.

        Raises:
            WaitTimeoutError: it did not come in time.
        """
        end = time.monotonic() + self.setting.patience_seconds
        while not (found := condition()):
            if time.monotonic() > end:
                raise WaitTimeoutError(f"{what}: not within {self.setting.patience_seconds:g} s")
            time.sleep(self.setting.poll_seconds)
        return found

    def tag_list(self) -> list[dict[str, str]]:
        """Return the tags as most services take them."""
        return [{"Key": key, "Value": value} for key, value in self.tags.items()]

    def _end_instances(self) -> None:
        alive = [one.id for one in self.instances() if one.state != "terminated"]
        ec2.set_instance_state(self.client("ec2"), alive, "terminated")

    def _delete_group(self) -> None:
        client = self.client("ec2")
        named = [{"Name": "group-name", "Values": [self.name]}]
        for group in client.describe_security_groups(Filters=named)["SecurityGroups"]:
            client.delete_security_group(GroupId=group["GroupId"])


def run_name(story: str) -> str:
    """Return a name for one run of a story: a bucket's name must be unique in all of AWS."""
    return f"day89-{story}-{secrets.token_hex(5)}"


def _if_there(delete: Callable[[Any, str], object], client: Any, name: str) -> Callable[[], None]:
    def undo() -> None:
        try:
            delete(client, name)
        except NotFoundError:
            return

    return undo
