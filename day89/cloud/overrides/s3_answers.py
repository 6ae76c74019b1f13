"""Correct S3's answers where moto says more or less than S3: pages of version 1, sizes in lifecycle rules."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote_plus
from xml.sax.saxutils import unescape

from day89.cloud.messages.errors import Answer
from day89.cloud.messages.model import ApiCall
from day89.cloud.moto.state import State

__all__ = ["AFTER"]

NEXT_MARKER = re.compile(rb"<NextMarker>.*?</NextMarker>|<NextMarker ?/>", re.DOTALL)
RULE = re.compile(rb"<Rule>.*?</Rule>", re.DOTALL)
FILTER = re.compile(rb"<And>|<Filter>|<Filter ?/>")
ENTRY = re.compile(rb"<(?:Version|DeleteMarker)>.*?</(?:Version|DeleteMarker)>", re.DOTALL)
KEY_AND_VERSION = re.compile(rb"<(?:Key|VersionId)>(.*?)</(?:Key|VersionId)>", re.DOTALL)
SIZES = ("ObjectSizeGreaterThan", "ObjectSizeLessThan")


def next_marker(call: ApiCall, state: State, answer: Answer) -> Answer:
    """Name the next marker only where there is a delimiter; else it is the last key: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjects.html"""
    return answer if call.params.get("Delimiter") else _with_body(answer, NEXT_MARKER.sub(b"", answer[2]))


def keep_sizes(call: ApiCall, state: State, answer: Answer) -> Answer:
    """Keep the sizes that lifecycle rules ask for: moto forgets them."""
    bucket: Any = state.bucket(call.params["Bucket"])
    if answer[0] < 300 and bucket is not None:
        rules = (call.params.get("LifecycleConfiguration") or {}).get("Rules") or []
        bucket.day89_sizes = [_sizes(rule.get("Filter") or {}) for rule in rules]
    return answer


def _sizes(chosen: Mapping[str, Any]) -> bytes:
    given = {**chosen, **(chosen.get("And") or {})}
    return "".join(f"<{name}>{given[name]}</{name}>" for name in SIZES if name in given).encode()


def show_sizes(call: ApiCall, state: State, answer: Answer) -> Answer:
    """Show each rule with the sizes that it was put with: https://docs.aws.amazon.com/AmazonS3/latest/API/API_LifecycleRuleFilter.html"""
    sizes = iter(getattr(state.bucket(call.params["Bucket"]), "day89_sizes", []))
    return _with_body(answer, RULE.sub(lambda found: _sized(found[0], next(sizes, b"")), answer[2]))


def _sized(rule: bytes, sizes: bytes) -> bytes:
    def opened(found: re.Match[bytes]) -> bytes:
        return found[0] + sizes if found[0] in (b"<And>", b"<Filter>") else b"<Filter>" + sizes + b"</Filter>"

    inner = b"<And>" in rule
    return FILTER.sub(lambda found: found[0] if inner and found[0] != b"<And>" else opened(found), rule)


def interleave(call: ApiCall, state: State, answer: Answer) -> Answer:
    """List versions and delete markers in one order, the newest first within a key, where moto lists all markers last.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html
    """
    entries = ENTRY.findall(answer[2])
    bucket = state.bucket(call.params["Bucket"])
    if bucket is None or not any(entry.startswith(b"<DeleteMarker>") for entry in entries):
        return answer
    places = {
        (version.name, version.version_id): (version.name, -place)
        for _, versions in bucket.keys.iterlists()
        for place, version in enumerate(versions)
    }
    url = b"<EncodingType>url<" in answer[2]

    def place(entry: Any) -> tuple[str, int]:
        key, version = (unescape(found[1].decode()) for found in KEY_AND_VERSION.finditer(entry))
        return places.get((unquote_plus(key) if url else key, version), (key, 0))

    first, *_ = ENTRY.finditer(answer[2])
    rest = ENTRY.sub(b"", answer[2])
    ordered = b"".join(sorted(entries, key=place))
    return _with_body(answer, rest[: first.start()] + ordered + rest[first.start() :])


def _with_body(answer: Answer, body: bytes) -> Answer:
    status, headers, _ = answer
    return status, {name: value for name, value in headers.items() if name.lower() != "content-length"}, body


AFTER: Mapping[str, tuple[Callable[[ApiCall, State, Answer], Answer], ...]] = {
    "s3.ListObjects": (next_marker,),
    "s3.ListObjectVersions": (interleave,),
    "s3.PutBucketLifecycleConfiguration": (keep_sizes,),
    "s3.GetBucketLifecycleConfiguration": (show_sizes,),
}
