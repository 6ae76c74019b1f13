"""Read objects as S3 does: ranges, parts, checksums, lifetimes. https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, timedelta
from email.errors import HeaderParseError
from email.header import Header, decode_header, make_header
from email.utils import format_datetime
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from day89.cloud.messages.errors import Answer, render
from day89.cloud.messages.model import ApiCall, AwsError
from day89.cloud.messages.moments import moment
from day89.cloud.messages.moto_request import Inner
from day89.cloud.messages.xml import document, element
from day89.cloud.moto.state import CloudState

__all__ = ["BEFORE", "expiration", "version_header"]

RANGE = re.compile(r"bytes=(\d*)-(\d*)")
ARCHIVES = ("GLACIER", "DEEP_ARCHIVE")
OVERRIDES = {
    "ResponseCacheControl": "Cache-Control",
    "ResponseContentDisposition": "Content-Disposition",
    "ResponseContentEncoding": "Content-Encoding",
    "ResponseContentLanguage": "Content-Language",
    "ResponseContentType": "Content-Type",
    "ResponseExpires": "Expires",
}


class Slice(NamedTuple):
    """The bytes of an object that an answer holds, and whether they were asked for as a range or a part."""

    first: int
    last: int
    partial: bool
    parts: int | None = None


def get_object(call: ApiCall, state: CloudState, inner: Inner) -> Answer | None:
    """Answer GetObject and HeadObject."""
    key = state.object(call.params["Bucket"], call.params["Key"], call.params.get("VersionId"))
    key.advance()
    restored = _restored(key)
    if call.operation == "GetObject" and key.storage_class in ARCHIVES and 'request="false"' not in restored:
        message = "The operation is not valid for the object's storage class"
        return render(AwsError("InvalidObjectState", message, 403, {"StorageClass": key.storage_class}), "rest-xml")
    wanted = _slice(call, key)
    if isinstance(wanted, AwsError):
        return render(wanted, "rest-xml", call.method)
    headers = _headers(call, state, key, restored)
    _describe(headers, wanted, key)
    if call.params.get("ChecksumMode") == "ENABLED" and wanted.last - wanted.first + 1 == key.size:
        headers |= _checksum(key)
    length = wanted.last - wanted.first + 1
    headers["Content-Length"] = str(length)
    body = b"" if call.operation == "HeadObject" or not length else _read(key, wanted.first, length)
    return (206 if wanted.partial else 200), headers, body


def _restored(key: Any) -> str:
    """Return the ``x-amz-restore`` header: the first look after a restore still finds it going on."""
    text = str(key.response_dict.get("x-amz-restore", ""))
    if getattr(key, "day89_restoring", 0):
        key.day89_restoring -= 1
        return 'ongoing-request="true"'
    return text


def _headers(call: ApiCall, state: CloudState, key: Any, restored: str) -> dict[str, str]:
    headers = {name: str(value) for name, value in key.response_dict.items() if "sdk-checksum" not in name}
    headers |= {name: _readable(name, str(value)) for name, value in key.metadata.items() if value is not None}
    headers |= {"Accept-Ranges": "bytes", **({"x-amz-restore": restored} if restored else {})}
    headers.pop("content-length", None)
    headers.pop("x-amz-version-id", None)
    headers |= version_header(state, call.params["Bucket"], key) | expiration(state, call.params["Bucket"], key)
    asked = dict(parse_qsl(urlsplit(call.url).query))
    for name, header in OVERRIDES.items():
        if call.params.get(name) is not None:
            headers = {one: value for one, value in headers.items() if one.lower() != header.lower()}
            headers[header] = asked[f"response-{header.lower()}"]
    return headers


def _readable(name: str, text: str) -> str:
    if name.lower().startswith("x-amz-meta-"):
        return _ascii(text)
    return "".join(letter if letter <= "ÿ" else " " for letter in text)


def _ascii(text: str) -> str:
    """Return a header's value as S3 does: other letters than ASCII's as RFC 2047 has them.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html
    """
    if text.startswith("=?"):
        with suppress(HeaderParseError, UnicodeError, LookupError):
            text = str(make_header(decode_header(text)))
    return text if text.isascii() else Header(text, "utf-8", maxlinelen=1_000_000).encode()


def version_header(state: CloudState, bucket: str, key: Any) -> dict[str, str]:
    """Return the header with the id of a version, where the bucket has versions or had them."""
    return {"x-amz-version-id": key.version_id} if state.bucket(bucket).versioning_status else {}


def expiration(state: CloudState, bucket: str, key: Any) -> dict[str, str]:
    """Return the header that says when a lifecycle rule will delete an object.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-expire-general-considerations.html
    """
    found = state.bucket(bucket)
    rules = getattr(found, "day89_lifecycle", ())
    if not rules or found.keys.get(key.name) is not key:
        return {}
    dates = [(when, rule["ID"]) for rule in rules if (when := _expires(rule, key, state)) is not None]
    if not dates:
        return {}
    when, name = min(dates)
    return {"x-amz-expiration": f'expiry-date="{format_datetime(when, usegmt=True)}", rule-id="{name}"'}


def _expires(rule: Mapping[str, Any], key: Any, state: CloudState) -> Any:
    given = rule.get("Expiration") or {}
    if rule.get("Status") != "Enabled" or not _chosen(rule, key, state):
        return None
    if given.get("Date") is not None:
        return moment(given["Date"])
    if given.get("Days") is None:
        return None
    try:
        later = key.last_modified.replace(tzinfo=UTC) + timedelta(days=int(given["Days"]) + 1)
    except OverflowError:  # after the year 9999
        return None
    return later.replace(hour=0, minute=0, second=0, microsecond=0)


def _chosen(rule: Mapping[str, Any], key: Any, state: CloudState) -> bool:
    chosen = rule.get("Filter") or {}
    chosen = {"Prefix": rule.get("Prefix"), **chosen, **(chosen.get("And") or {})}
    wanted = {tag["Key"]: tag["Value"] for tag in [*(chosen.get("Tags") or []), *filter(None, [chosen.get("Tag")])]}
    over, under = chosen.get("ObjectSizeGreaterThan"), chosen.get("ObjectSizeLessThan")
    if not key.name.startswith(chosen.get("Prefix") or ""):
        return False
    if (over is not None and key.size <= int(over)) or (under is not None and key.size >= int(under)):
        return False
    return not wanted or wanted.items() <= state.object_tags(key).items()


def _slice(call: ApiCall, key: Any) -> Slice | AwsError:
    number, text = call.params.get("PartNumber"), call.params.get("Range")
    if number is not None and text is not None:
        return AwsError("InvalidRequest", "Cannot specify both Range header and partNumber query parameter")
    if number is not None:
        return _part(int(number), key)
    found = RANGE.fullmatch(text or "")
    last = key.size - 1
    if found is None or not (found[1] or found[2]) or (found[1] and found[2] and int(found[1]) > int(found[2])):
        return Slice(0, last, partial=False)
    first = int(found[1]) if found[1] else max(key.size - int(found[2]), 0)
    if first > last:
        message = "The requested range is not satisfiable"
        fields = {"ActualObjectSize": str(key.size), "RangeRequested": str(text)}
        return AwsError("InvalidRange", message, 416, fields)
    return Slice(first, min(int(found[2]), last) if found[1] and found[2] else last, partial=True)


def _part(number: int, key: Any) -> Slice | AwsError:
    sizes: list[int] = getattr(key, "day89_part_sizes", None) or [key.size]
    if not 0 < number <= len(sizes):
        message = "The requested partnumber is not satisfiable"
        fields = {"PartNumberRequested": str(number), "ActualPartCount": str(len(sizes))}
        return AwsError("InvalidPartNumber", message, 416, fields)
    first = sum(sizes[: number - 1])
    several = len(sizes) if getattr(key, "day89_part_sizes", None) else None
    return Slice(first, first + sizes[number - 1] - 1, partial=True, parts=several)


def _describe(headers: dict[str, str], wanted: Slice, key: Any) -> None:
    if wanted.partial:
        headers["Content-Range"] = f"bytes {wanted.first}-{wanted.last}/{key.size}"
    if wanted.parts is not None:
        headers["x-amz-mp-parts-count"] = str(wanted.parts)


def _checksum(key: Any) -> dict[str, str]:
    if not key.checksum_algorithm:
        return {}
    name = f"x-amz-checksum-{key.checksum_algorithm.lower()}"
    return {name: key.checksum_value, "x-amz-checksum-type": key.checksum_type or "FULL_OBJECT"}


def _read(key: Any, first: int, length: int) -> bytes:
    with key.lock:
        key._value_buffer.seek(first)
        return bytes(key._value_buffer.read(length))


def get_object_attributes(call: ApiCall, state: CloudState, inner: Inner) -> Answer | None:
    """Answer GetObjectAttributes: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectAttributes.html"""
    key = state.object(call.params["Bucket"], call.params["Key"], call.params.get("VersionId"))
    named = call.params.get("ObjectAttributes") or []
    wanted = {name.strip() for one in ([named] if isinstance(named, str) else named) for name in str(one).split(",")}
    text = element("ETag", key.etag.strip('"')) if "ETag" in wanted else ""
    if "Checksum" in wanted and key.checksum_algorithm:
        value = element(f"Checksum{key.checksum_algorithm.upper()}", key.checksum_value.partition("-")[0])
        text += f"<Checksum>{value}{element('ChecksumType', key.checksum_type or 'FULL_OBJECT')}</Checksum>"
    if "ObjectParts" in wanted and getattr(key, "day89_part_sizes", None):
        text += f"<ObjectParts>{_parts(call, key)}</ObjectParts>"
    text += element("StorageClass", key.storage_class) if "StorageClass" in wanted else ""
    text += element("ObjectSize", key.size) if "ObjectSize" in wanted else ""
    status, headers, body = document("GetObjectAttributesResponse", text)
    headers["Last-Modified"] = key.last_modified_RFC1123
    return status, headers | version_header(state, call.params["Bucket"], key), body


def _parts(call: ApiCall, key: Any) -> str:
    sums: list[str] = getattr(key, "day89_part_checksums", None) or []
    sizes: list[int] = key.day89_part_sizes
    text = element("PartsCount", len(sizes))
    if not sums:
        return text
    most = min(int(call.params.get("MaxParts") or 1000), 1000)
    marker = int(call.params.get("PartNumberMarker") or 0)
    numbers = [number for number in key.day89_part_numbers if number > marker]
    shown = numbers[:most]
    text += element("PartNumberMarker", marker) + element("NextPartNumberMarker", shown[-1] if shown else 0)
    text += element("MaxParts", most) + element("IsTruncated", len(shown) < len(numbers))
    for number in shown:
        place = key.day89_part_numbers.index(number)
        told = element("PartNumber", number) + element("Size", sizes[place])
        text += f"<Part>{told}{element(f'Checksum{key.checksum_algorithm.upper()}', sums[place])}</Part>"
    return text


BEFORE: Mapping[str, tuple[Callable[[ApiCall, CloudState, Inner], Answer | None], ...]] = {
    "s3.GetObject": (get_object,),
    "s3.HeadObject": (get_object,),
    "s3.GetObjectAttributes": (get_object_attributes,),
}
