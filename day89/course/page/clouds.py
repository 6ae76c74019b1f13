"""Prepare the two clouds for the page: a snapshot that came with a verdict, and one that is running."""

from __future__ import annotations

import csv
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from day89.cloud import Cloud, view
from day89.cloud.snapshot import bills, overview, preview, priced
from day89.course.reports.own import counted, price

__all__ = ["PAGE_ROWS", "Checked", "Live", "Query", "Shown", "shown"]

PAGE_ROWS = 100
CALLS_SHOWN = 50
CALLS_MOST = 5_000
TABLE_ROWS = 20
BILLS_SECONDS = 2.0  # what bills is looked up so often at most: it reads every bucket


@dataclass(frozen=True)
class Query:
    """What of a cloud is wanted, as the address of the page says it.

    Attributes:
        bucket: the bucket that is open, or nothing.
        key: the object that is previewed, or nothing.
        version: its version id, or nothing.
        versions: show old versions and delete markers.
        page: page of the list of objects, from 1.
        every_call: show all calls, not only the last ones.
    """

    bucket: str = ""
    key: str = ""
    version: str = ""
    versions: bool = False
    page: int = 1
    every_call: bool = False

    def address(self, **changed: Any) -> dict[str, Any]:
        """Return the parameters of this page's address with some changed; what says nothing is left out."""
        now = {**vars(self), **changed}
        return {
            name: int(value) if value is True else value
            for name, value in now.items()
            if (value and value != 1) or value is True
        }


class Shown(Protocol):
    """A cloud that can be shown."""

    name: str
    about: str

    def whole(self) -> Mapping[str, Any]:
        """Return what ``day89.cloud.snapshot.overview`` tells, and ``bills``."""

    def rows(self, bucket: str) -> tuple[Sequence[Mapping[str, Any]], int]:
        """Return all versions in a bucket, and how many more there are."""

    def preview(self, bucket: str, key: str, version: str) -> Mapping[str, Any] | None:
        """Return the beginning of an object, or None where it is not known."""


class Checked:
    """The cloud of one check, as it was when the check ended.

    Args:
        snapshot: what ``day89.cloud.snapshot.snapshot`` told.
        check: name of the check, in words.
    """

    name = "This check"

    def __init__(self, snapshot: Mapping[str, Any], check: str) -> None:
        self.snapshot = snapshot
        self.about = f"the cloud of the check “{check}”, as your code left it; it is gone by now"

    def whole(self) -> Mapping[str, Any]:
        """Return the snapshot."""
        return self.snapshot

    def rows(self, bucket: str) -> tuple[Sequence[Mapping[str, Any]], int]:
        """Return the versions that the snapshot keeps."""
        found = next((one for one in self.snapshot.get("buckets", ()) if one["name"] == bucket), None)
        return (found["rows"], found["more"]) if found else ((), 0)

    def preview(self, bucket: str, key: str, version: str) -> Mapping[str, Any] | None:
        """Return the text that the snapshot keeps."""
        for one in self.snapshot.get("previews", ()):
            if (one["bucket"], one["key"]) == (bucket, key) and version in ("", one["version"]):
                return dict(one)
        return None


class Live:
    """A cloud that runs in this process.

    Args:
        cloud: the cloud.
    """

    name = "My cloud"
    about = "running now; this page changes with it, and everything in it is gone when it ends"

    def __init__(self, cloud: Cloud, about: str = "") -> None:
        self.cloud = cloud
        self.about = about or self.about
        self._lock = threading.Lock()
        self._bills: tuple[Any, Mapping[str, Any]] | None = None
        self._billed, self._late = 0.0, False

    def stamp(self) -> tuple[Any, ...]:
        """Return what changes when something in the cloud does; quick, for it is asked many times a second."""
        with self.cloud.gateway.lock:
            log = self.cloud.log
            states = tuple((one["id"], one["state"], len(one["console"] or "")) for one in view.instances(self.cloud))
            return log.dropped + len(log), log.calls[-1].status if log.calls else 0, states

    def is_late(self) -> bool:
        """Return whether what bills was asked for too soon after the last time, and may be looked up again by now."""
        return self._late and time.monotonic() - self._billed >= BILLS_SECONDS

    def whole(self) -> Mapping[str, Any]:
        """Return what is in the cloud now."""
        return {**overview(self.cloud), "bills": self._bill()}

    def _bill(self) -> Mapping[str, Any]:
        count, last, states = self.stamp()
        stamp = count, last, [state for _, state, _ in states]
        with self._lock:
            if self._bills is not None and self._bills[0] == stamp:
                return self._bills[1]
            if self._bills is not None and time.monotonic() - self._billed < BILLS_SECONDS:
                self._late = True
                return self._bills[1]
            self._bills = stamp, bills(self.cloud)
            self._billed, self._late = time.monotonic(), False
            return self._bills[1]

    def rows(self, bucket: str) -> tuple[Sequence[Mapping[str, Any]], int]:
        """Return every version that is there now."""
        return view.versions(self.cloud, bucket), 0

    def preview(self, bucket: str, key: str, version: str) -> Mapping[str, Any] | None:
        """Return the beginning of an object as it is now."""
        return preview(self.cloud, bucket, key, version or None)

    def calls(self, query: Query) -> dict[str, Any]:
        """Return the newest calls, newest first, and what all of them cost."""
        with self.cloud.gateway.lock:
            log = [*self.cloud.log]
            dropped = self.cloud.log.dropped
        wanted = log[-(CALLS_MOST if query.every_call else CALLS_SHOWN) :]
        rows = [
            {
                "number": one.number,
                "operation": one.operation,
                "subject": one.subject,
                "answer": " ".join(filter(None, [str(one.status), one.error_code]))
                + (f", {one.facts}" if one.facts else ""),
                "failed": one.status >= 400,
                "ms": f"{one.seconds * 1000:.1f}",
                "price": price(priced(one)),
            }
            for one in reversed(wanted)
        ]
        total = sum(map(priced, log))
        return {
            "rows": rows,
            "count": len(log) + dropped,
            "hidden": len(log) - len(wanted),
            "total": price(total),
            "newest_first": True,
        }


def shown(source: Shown, query: Query) -> dict[str, Any]:
    """Return a cloud as the template wants it.

    Args:
        source: the cloud.
        query: what of it.
    """
    whole = source.whole()
    names = [one["name"] for one in whole.get("buckets", ())]
    if query.bucket not in names:  # those of a check have other names in each run
        query = replace(query, bucket=names[0] if len(names) == 1 else "", key="", version="", page=1)
    told = {**whole, "name": source.name, "about": source.about, "query": query, "opened": None}
    told["facts"] = {one["name"]: _facts(one) for one in whole.get("buckets", ())}
    told["sentence"] = _sentence(source.name, whole)
    if query.bucket:
        told["opened"] = _opened(source, query)
    return told


def _facts(bucket: Mapping[str, Any]) -> str:
    rules = bucket["lifecycle_rules"]
    words = [
        f"versioning {'off' if bucket['versioning'] == 'never enabled' else bucket['versioning'].lower()}",
        f"encryption {bucket['encryption']}",
        "public access blocked" if bucket["public_access_blocked"] else "public access not blocked",
        "a bucket policy" if bucket["policy"] else "no policy",
        counted(rules, "lifecycle rule") if rules else "no lifecycle rule",
    ]
    if bucket["unfinished_uploads"]:
        words.append(counted(bucket["unfinished_uploads"], "unfinished upload"))
    return ", ".join(words)


def _sentence(name: str, whole: Mapping[str, Any]) -> str:
    objects = sum(one["objects"] for one in whole.get("buckets", ()))
    running = sum(one["state"] == "running" for one in whole.get("instances", ()))
    words = f"{counted(len(whole.get('buckets', ())), 'bucket')} with {counted(objects, 'object')}"
    return f"{name}: {words}, {counted(running, 'running instance')}."


def _opened(source: Shown, query: Query) -> dict[str, Any]:
    rows, more = source.rows(query.bucket)
    if not query.versions:
        rows = [row for row in rows if row["latest"] and not row["delete_marker"]]
    pages = max(1, -(-len(rows) // PAGE_ROWS))
    page = min(max(1, query.page), pages)
    told: dict[str, Any] = {
        "bucket": query.bucket,
        "rows": rows[(page - 1) * PAGE_ROWS : page * PAGE_ROWS],
        "count": len(rows),
        "more": more,
        "page": page,
        "pages": pages,
        "first": (page - 1) * PAGE_ROWS + 1,
        "preview": None,
    }
    if query.key:
        found = source.preview(query.bucket, query.key, query.version)
        told["preview"] = found or {
            "text": None,
            "note": "a snapshot keeps the text of a few objects only, not of this one",
        }
        told["preview"] = {**told["preview"], "key": query.key, "table": _table(query.key, told["preview"].get("text"))}
    return told


def _table(key: str, text: str | None) -> list[list[str]] | None:
    """Return the first rows of a CSV file, or None where it is none."""
    if not text or not key.lower().endswith((".csv", ".tsv")):
        return None
    try:
        rows = list(
            csv.reader(text.splitlines()[: TABLE_ROWS + 1], delimiter="\t" if key.lower().endswith(".tsv") else ",")
        )
    except csv.Error:
        return None
    return [row for row in rows if row] or None
