"""Look at a whole local cloud at once: what is in it, what its objects hold, what still bills, all of it bounded.

What ``view`` cannot tell by itself is asked of the cloud's own face, by the administrator: such calls are not in the
log, meet no fault, cost no look at a passing state and no permission.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from botocore.exceptions import ClientError

from day89.cloud import view
from day89.cloud.controls.faults import Faults
from day89.cloud.log import CallLog
from day89.cloud.messages.model import ApiCall
from day89.costs import call_usd, find_leaks, monthly_total
from day89.errors import NotFoundError

if TYPE_CHECKING:
    from day89.cloud.local import Cloud

__all__ = ["PREVIEW_BYTES", "bills", "overview", "preview", "priced", "snapshot", "unlogged"]

PREVIEW_BYTES = 4096
CONSOLE_LETTERS = 8_000
# What a snapshot keeps, at most: it travels with a verdict.
BUCKETS, ROWS, PREVIEWS, OTHERS = 12, 200, 6, 60
TEXT_TYPES = ("text/", "application/json", "application/xml", "application/x-ndjson")
TEXT_NAMES = (".csv", ".json", ".jsonl", ".txt", ".md", ".log", ".tsv", ".xml", ".yaml", ".toml", ".py", ".sh", ".html")


class _Still:
    """What keeps states passing, while nothing may pass."""

    def before(self, call: ApiCall) -> None:
        """Do nothing."""

    def after(self, call: ApiCall) -> None:
        """Do nothing."""


@contextmanager
def unlogged(cloud: Cloud) -> Iterator[None]:
    """Make the calls of a block leave no trace: for calls that only read, made by this thread.

    Args:
        cloud: whose gateway the calls go through; others wait meanwhile.
    """
    quiet = patch.multiple(cloud.gateway, log=CallLog(), listener=None, faults=Faults(()), pace=_Still(), judges=())
    with cloud.gateway.lock, quiet:
        yield


def preview(cloud: Cloud, bucket: str, key: str, version: str | None = None) -> dict[str, Any]:
    """Return the beginning of an object, where it is text.

    Args:
        cloud: the cloud.
        bucket: name of the bucket.
        key: key of the object.
        version: its version id; None is the newest.

    Returns:
        ``text`` (None where it is no text or cannot be read), ``bytes`` of the whole object, ``note`` in words.
    """
    wanted = {"Bucket": bucket, "Key": key} | ({"VersionId": version} if version else {})
    try:
        with unlogged(cloud):
            client = cloud.client("s3")
            size = client.head_object(**wanted)["ContentLength"]
            body = client.get_object(**wanted, Range=f"bytes=0-{PREVIEW_BYTES - 1}")["Body"].read() if size else b""
    except ClientError as error:
        return {"text": None, "bytes": 0, "note": f"not shown: S3 answers {error.response['Error']['Code']}"}
    return _as_text(body, size)


def _as_text(body: bytes, size: int) -> dict[str, Any]:
    cut = len(body) < size
    try:
        text = body.decode("utf-8") if not cut else body.decode("utf-8", "ignore")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text or (cut and len(text.encode()) < len(body) - 3):
        return {"text": None, "bytes": size, "note": f"not text: {size:,} bytes"}
    note = f"the first {len(body):,} of {size:,} bytes" if cut else f"{size:,} bytes"
    return {"text": text, "bytes": size, "note": note if size else "empty"}


def bills(cloud: Cloud, services: frozenset[str] = frozenset({"s3", "ec2"})) -> dict[str, Any]:
    """Return what still bills, as ``day89.costs.find_leaks`` finds it, and the sum a month in US dollars.

    Args:
        cloud: the cloud; every region in which EC2 was used is looked into.
        services: of these; what was never used need not be asked.
    """
    with unlogged(cloud):
        cloud.keeper.bring_due()  # calls that leave no trace move nothing: the page would bill what has ended by now
        regions = view.regions(cloud) if "ec2" in services else []
        found = find_leaks(s3=cloud.client("s3")) if "s3" in services else []
        for region in regions:
            found += find_leaks(ec2=cloud.client("ec2", region))
    rows = [vars(leak) for leak in sorted(found, key=lambda leak: -(leak.month_usd or 0.0))]
    return {"rows": rows[:OTHERS], "more": max(0, len(rows) - OTHERS), "month_usd": monthly_total(found)}


def overview(cloud: Cloud) -> dict[str, Any]:
    """Return everything but objects, calls and what bills."""
    instances = view.instances(cloud)
    for one in instances:
        one["console"] = one["console"] and one["console"][-CONSOLE_LETTERS:]
    return {
        "buckets": view.buckets(cloud),
        "instances": instances,
        "addresses": view.addresses(cloud),
        "groups": view.groups(cloud),
        "roles": view.roles(cloud),
        "alarms": view.alarms(cloud),
    }


def priced(call: Any) -> float:
    """Return what a logged call costs; nothing where the price table lacks its instance type."""
    try:
        return call_usd(call)
    except NotFoundError:
        return 0.0


def snapshot(cloud: Cloud) -> dict[str, Any]:
    """Return the whole cloud as it is now, in a size that is bounded whatever is in it.

    Returns:
        What ``overview`` and ``bills`` tell, and of each bucket ``rows`` (all versions) and ``more``; texts of a few
        objects in ``previews``, a list of bucket, key, version and what ``preview`` returns.
    """
    found = overview(cloud)
    for name in ("instances", "addresses", "groups", "roles", "alarms"):
        found[name] = found[name][:OTHERS]
    for one in found["instances"]:
        one["console"] = one["console"] and one["console"][-2_000:]
    found["more_buckets"] = max(0, len(found["buckets"]) - BUCKETS)
    found["buckets"] = found["buckets"][:BUCKETS]
    found["previews"] = []
    for bucket in found["buckets"]:
        rows = view.versions(cloud, bucket["name"])
        bucket["rows"], bucket["more"] = rows[:ROWS], max(0, len(rows) - ROWS)
        for row in bucket["rows"]:
            if len(found["previews"]) < PREVIEWS and _is_text(row):
                told = preview(cloud, bucket["name"], row["key"], row["version_id"])
                told["text"] = told["text"] and told["text"][:1000]
                found["previews"].append(
                    {"bucket": bucket["name"], "key": row["key"], "version": row["version_id"], **told}
                )
    used = frozenset(call.service for call in cloud.log)
    with suppress(ClientError):
        found["bills"] = bills(cloud, used & {"s3", "ec2"})
    return found


def _is_text(row: Mapping[str, Any]) -> bool:
    if row["delete_marker"]:
        return False
    return str(row.get("content_type")).startswith(TEXT_TYPES) or row["key"].lower().endswith(TEXT_NAMES)
