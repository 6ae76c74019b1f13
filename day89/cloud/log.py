"""Log every call in order: what was asked, by whom, the answer, how long it took."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from day89.cloud.auth.least_privilege import least_privilege
from day89.cloud.messages.model import ApiCall

__all__ = ["Call", "CallLog", "facts"]

# What a reader of a trace wants to see of a call, the first that is there.
SUBJECTS = (
    "Key",
    "Prefix",
    "Bucket",
    "InstanceIds",
    "GroupId",
    "GroupName",
    "RoleName",
    "InstanceProfileName",
    "KeyName",
    "ImageId",
    "VpcId",
    "Name",
    "MetricName",
    "QueueUrl",
)
KEPT_BODY_BYTES = 4096
LISTED = {
    "ListObjectsV2": (b"<Contents>", "key"),
    "ListObjects": (b"<Contents>", "key"),
    "ListObjectVersions": (b"<VersionId>", "version"),
    "ListBuckets": (b"<Bucket>", "bucket"),
}
IDS = {
    "DescribeInstances": re.compile(rb"<instanceId>(i-[0-9a-f]+)"),
    "RunInstances": re.compile(rb"<instanceId>(i-[0-9a-f]+)"),
    "CreateSecurityGroup": re.compile(rb"<groupId>(sg-[0-9a-f]+)"),
}


@dataclass
class Call:
    """One finished call.

    ``params`` are those of the API reference; a body longer than 4 KiB is left out of them, its length is
    ``request_bytes``. ``error_code`` is None where the call succeeded. ``principal`` is the ARN of the caller.
    """

    number: int
    service: str
    operation: str
    region: str
    params: dict[str, Any]
    account: str
    principal: str = ""
    status: int = 0
    error_code: str | None = None
    seconds: float = 0.0
    request_bytes: int = 0
    response_bytes: int = 0
    fault: bool = False  # the answer was ordered by a fault, not earned
    facts: str = ""  # how much a list answered, such as "3 keys, IsTruncated=true"; ids that were made
    truncated: bool = False  # the answer is one page, and there are more

    @property
    def action(self) -> str:
        """Return the service and operation as one name, such as ``s3.PutObject``."""
        return f"{self.service}.{self.operation}"

    @property
    def subject(self) -> str:
        """Return what the call was about, in one word: a key, a bucket, instance ids."""
        found = next((self.params[name] for name in SUBJECTS if self.params.get(name)), "")
        return ",".join(str(one) for one in found) if isinstance(found, list) else str(found)

    def __str__(self) -> str:
        """Draw the call as one line: ``4 PutObject input/a.csv -> 200``."""
        outcome = f"{self.status} {self.error_code}" if self.error_code else str(self.status)
        return " ".join(word for word in (str(self.number), self.operation, self.subject, "->", outcome) if word)


def facts(operation: str, body: bytes) -> tuple[str, bool]:
    """Return what a trace tells of an answer in a few words, and whether it is a page with more behind it.

    Args:
        operation: such as ``ListObjectsV2``.
        body: the answer, as it went to the client.
    """
    if operation in LISTED:
        element, word = LISTED[operation]
        more = b"<IsTruncated>true" in body
        return f"{_counted(body.count(element), word)}{', IsTruncated=true' if more else ''}", more
    if operation == "DescribeInstances":
        more = re.search(rb"<nextToken>[^<]", body) is not None
        return (
            f"{_counted(len(set(IDS[operation].findall(body))), 'instance')}{', NextToken given' if more else ''}",
            more,
        )
    if operation in IDS:
        return ", ".join(dict.fromkeys(id.decode() for id in IDS[operation].findall(body))), False
    if operation == "DeleteObjects" and (errors := body.count(b"<Error>")):
        return f"{_counted(errors, 'error')} inside", False
    return "", False


def _counted(number: int, word: str) -> str:
    return f"{number:,} {word}{'' if number == 1 else 's'}"


@dataclass
class CallLog:
    """The calls of one cloud, oldest first; with a limit, only the newest so many."""

    calls: list[Call] = field(default_factory=list)
    limit: int | None = None
    dropped: int = 0  # calls that the limit has taken from the beginning

    def begin(self, call: ApiCall) -> Call:
        """Write a call down before it is judged; its number is its place, from 1."""
        params = call.params
        if len(call.body) > KEPT_BODY_BYTES and "Body" in params:
            params = {name: value for name, value in params.items() if name != "Body"}
        if self.limit is not None and len(self.calls) >= self.limit:
            over = max(1, self.limit // 10)
            del self.calls[:over]
            self.dropped += over
        call.number = self.dropped + len(self.calls) + 1
        entry = Call(call.number, call.service, call.operation, call.region, params, call.account)
        entry.request_bytes = len(call.body)
        self.calls.append(entry)
        return entry

    def of(self, *actions: str) -> list[Call]:
        """Return the calls of some operations, such as ``s3.PutObject``, or of a whole service, such as ``ec2``."""
        return [call for call in self.calls if call.action in actions or call.service in actions]

    def count(self, *actions: str) -> int:
        """Return how many calls of these operations or services there were."""
        return len(self.of(*actions))

    def after(self, number: int) -> CallLog:
        """Return the calls that came after the one with this number."""
        return CallLog(self.calls[max(0, number - self.dropped) :])

    def trace(self, last: int | None = None) -> str:
        """Draw the calls, one a line; only the last so many where that is given."""
        return "\n".join(str(call) for call in (self.calls[-last:] if last else self.calls))

    def price(self, rate: Callable[[Call], float]) -> float:
        """Add up what the calls would cost.

        Args:
            rate: the price of one call in US dollars, such as one made from ``day89.costs``.

        Returns:
            US dollars.
        """
        return sum(rate(call) for call in self.calls)

    def policy(self) -> dict[str, Any]:
        """Return the least IAM policy under which exactly the calls that succeeded would have been allowed."""
        return least_privilege(call for call in self.calls if call.error_code is None)

    def __iter__(self) -> Iterator[Call]:
        """Go through the calls in order."""
        return iter(self.calls)

    def __len__(self) -> int:
        """Return how many calls there were."""
        return len(self.calls)

    def __getitem__(self, place: int) -> Call:
        """Return the call at a place, from 0 or from the end."""
        return self.calls[place]
