"""Keep bucket settings that moto does not know beside the bucket."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from day89.cloud.messages.errors import Answer, render
from day89.cloud.messages.model import ApiCall, AwsError
from day89.cloud.messages.moto_request import Inner
from day89.cloud.messages.tokens import read_token, write_token
from day89.cloud.messages.xml import document, element
from day89.cloud.moto.state import CloudState

__all__ = ["BEFORE"]

A_PAGE = 100
# Each is a document with an id of its own, of which a bucket may have many; and what the list of them is called.
# https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketMetricsConfiguration.html
# https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketAnalyticsConfiguration.html
# https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketIntelligentTieringConfiguration.html
# https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketInventoryConfiguration.html
KINDS = {
    "Metrics": "ListMetricsConfigurationsResult",
    "Analytics": "ListBucketAnalyticsConfigurationResult",
    "IntelligentTiering": "ListBucketIntelligentTieringConfigurationsOutput",
    "Inventory": "ListInventoryConfigurationsResult",
}
KIND = re.compile(rf"Bucket({'|'.join(KINDS)})Configurations?$")
DOCUMENT = re.compile(rf"<((?:{'|'.join(KINDS)})Configuration)\b[^>]*>(.*)</\1>".encode(), re.DOTALL)


def put(call: ApiCall, state: CloudState, inner: Inner) -> Answer | None:
    """Keep one under its id."""
    found = DOCUMENT.search(call.body)
    given: Mapping[str, Any] = call.params.get(f"{_kind(call)}Configuration") or {}
    if found is None or given.get("Id") != call.params["Id"]:
        return render(AwsError("InvalidArgument", "The id in the query and in the configuration differ"), "rest-xml")
    _kept(call, state)[call.params["Id"]] = found[2].decode()
    return (204 if _kind(call) == "Metrics" else 200), {}, b""


def get(call: ApiCall, state: CloudState, inner: Inner) -> Answer | None:
    """Show one."""
    found = _kept(call, state).get(call.params["Id"])
    return _missing() if found is None else document(f"{_kind(call)}Configuration", found)


def listed(call: ApiCall, state: CloudState, inner: Inner) -> Answer | None:
    """Show all."""
    name, token = f"{_kind(call)}Configuration", call.params.get("ContinuationToken")
    after = read_token(token or "") or ""
    found = sorted((one, text) for one, text in _kept(call, state).items() if one > after)
    shown = found[:A_PAGE]
    told = element("IsTruncated", len(shown) < len(found)) + element("ContinuationToken", token)
    told += element("NextContinuationToken", write_token(shown[-1][0]) if len(shown) < len(found) else None)
    return document(KINDS[_kind(call)], told + "".join(f"<{name}>{text}</{name}>" for _, text in shown))


def delete(call: ApiCall, state: CloudState, inner: Inner) -> Answer | None:
    """Forget one."""
    return (204, {}, b"") if _kept(call, state).pop(call.params["Id"], None) else _missing()


def _kind(call: ApiCall) -> str:
    found = KIND.search(call.operation)
    assert found, call.operation
    return found[1]


def _kept(call: ApiCall, state: CloudState) -> dict[str, str]:
    bucket: Any = state.bucket(call.params["Bucket"])
    kept: dict[str, str] = bucket.__dict__.setdefault("day89_settings", {}).setdefault(_kind(call), {})
    return kept


def _missing() -> Answer:
    return render(AwsError("NoSuchConfiguration", "The specified configuration does not exist.", 404), "rest-xml")


BEFORE: Mapping[str, tuple[Callable[[ApiCall, CloudState, Inner], Answer | None], ...]] = {
    **{f"s3.PutBucket{kind}Configuration": (put,) for kind in KINDS},
    **{f"s3.GetBucket{kind}Configuration": (get,) for kind in KINDS},
    **{f"s3.ListBucket{kind}Configurations": (listed,) for kind in KINDS},
    **{f"s3.DeleteBucket{kind}Configuration": (delete,) for kind in KINDS},
}
