"""Complete what S3 answers where moto says less than S3 does: sizes in lifecycle rules."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from day89.cloud.messages.errors import Answer
from day89.cloud.messages.model import ApiCall
from day89.cloud.moto.state import CloudState

__all__ = ["AFTER"]

RULE = re.compile(rb"<Rule>.*?</Rule>", re.DOTALL)
FILTER = re.compile(rb"<And>|<Filter>|<Filter ?/>")
SIZES = ("ObjectSizeGreaterThan", "ObjectSizeLessThan")


def keep_sizes(call: ApiCall, state: CloudState, answer: Answer) -> Answer:
    """Keep the sizes that lifecycle rules ask for: moto forgets them."""
    bucket: Any = state.bucket(call.params["Bucket"])
    if answer[0] < 300 and bucket is not None:
        rules = (call.params.get("LifecycleConfiguration") or {}).get("Rules") or []
        bucket.day89_sizes = [_sizes(rule.get("Filter") or {}) for rule in rules]
    return answer


def _sizes(chosen: Mapping[str, Any]) -> bytes:
    given = {**chosen, **(chosen.get("And") or {})}
    return "".join(f"<{name}>{given[name]}</{name}>" for name in SIZES if name in given).encode()


def show_sizes(call: ApiCall, state: CloudState, answer: Answer) -> Answer:
    """Show each rule with the sizes that it was put with: https://docs.aws.amazon.com/AmazonS3/latest/API/API_LifecycleRuleFilter.html"""
    sizes = iter(getattr(state.bucket(call.params["Bucket"]), "day89_sizes", []))
    return _with_body(answer, RULE.sub(lambda found: _sized(found[0], next(sizes, b"")), answer[2]))


def _sized(rule: bytes, sizes: bytes) -> bytes:
    def opened(found: re.Match[bytes]) -> bytes:
        return found[0] + sizes if found[0] in (b"<And>", b"<Filter>") else b"<Filter>" + sizes + b"</Filter>"

    inner = b"<And>" in rule
    return FILTER.sub(lambda found: found[0] if inner and found[0] != b"<And>" else opened(found), rule)


def _with_body(answer: Answer, body: bytes) -> Answer:
    status, headers, _ = answer
    return status, {name: value for name, value in headers.items() if name.lower() != "content-length"}, body


AFTER: Mapping[str, tuple[Callable[[ApiCall, CloudState, Answer], Answer], ...]] = {
    "s3.PutBucketLifecycleConfiguration": (keep_sizes,),
    "s3.GetBucketLifecycleConfiguration": (show_sizes,),
}
