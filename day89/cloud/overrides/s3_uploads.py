"""List unfinished uploads as S3 does: in order, in pages, each with its own start."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import escape

from day89.cloud.messages.errors import XML, Answer
from day89.cloud.messages.model import ApiCall
from day89.cloud.messages.moto_request import Inner
from day89.cloud.moto.state import State

__all__ = ["list_uploads", "new_upload"]

UPLOADS_A_PAGE = 1000
NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/"


def new_upload(call: ApiCall, state: State, answer: Answer) -> Answer:
    """Write down when an upload began: moto says of all of them that it was in 2010."""
    uploads = list(state.bucket(call.params["Bucket"]).multiparts.values())
    uploads[-1].day89_initiated = datetime.now(UTC)
    return answer


def list_uploads(call: ApiCall, state: State, inner: Inner) -> Answer | None:
    """Answer ListMultipartUploads.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListMultipartUploads.html
    """
    given = call.params
    most = min(int(given.get("MaxUploads") or UPLOADS_A_PAGE), state.page_size or UPLOADS_A_PAGE)
    waiting = _entries(call, state.bucket(given["Bucket"]).multiparts.values())
    shown, more = waiting[:most], len(waiting) > most
    name = quote if given.get("EncodingType") == "url" else escape
    lines = [
        *(_element(one, given.get(one)) for one in ("Bucket", "EncodingType")),
        *(_element(one, given.get(one), name) for one in ("Prefix", "Delimiter", "KeyMarker")),
        _element("UploadIdMarker", given.get("UploadIdMarker")),
        _element("MaxUploads", most) + _element("IsTruncated", str(more).lower()),
        *(_entry(key, upload, call, name) for key, _, upload in shown),
    ]
    if more:
        key, upload_id, _ = shown[-1]
        lines += [_element("NextKeyMarker", key, name), _element("NextUploadIdMarker", upload_id)]
    body = f'{XML}<ListMultipartUploadsResult xmlns="{NAMESPACE}">{"".join(lines)}</ListMultipartUploadsResult>'
    return 200, {"content-type": "application/xml"}, body.encode()


def _entries(call: ApiCall, uploads: Iterable[Any]) -> list[tuple[str, str, Any]]:
    """Return what comes after the markers: key, upload id and upload; of a common prefix the id is empty."""
    prefix, delimiter = call.params.get("Prefix") or "", call.params.get("Delimiter")
    marker, id_marker = call.params.get("KeyMarker") or "", call.params.get("UploadIdMarker") or ""
    found: dict[tuple[str, str], tuple[str, str, Any]] = {}
    in_order = sorted(uploads, key=lambda one: (one.key_name, one.day89_initiated))
    places = {one.id: place for place, one in enumerate(in_order)}
    for place, upload in enumerate(in_order):
        key = upload.key_name
        before = key < marker or (key == marker and (not id_marker or place <= places.get(id_marker, -1)))
        if not key.startswith(prefix) or (marker and before):
            continue
        head, cut, _ = key.removeprefix(prefix).partition(delimiter) if delimiter else ("", "", "")
        if cut and f"{prefix}{head}{cut}" != marker:
            found.setdefault((prefix + head + cut, ""), (prefix + head + cut, "", None))
        elif not cut:
            found[key, upload.id] = (key, upload.id, upload)
    return list(found.values())


def _entry(key: str, upload: Any, call: ApiCall, name: Any) -> str:
    if upload is None:
        return f"<CommonPrefixes>{_element('Prefix', key, name)}</CommonPrefixes>"
    who = f"<ID>{escape(call.principal)}</ID><DisplayName>{call.account}</DisplayName>"
    told = _element("Key", key, name) + _element("UploadId", upload.id)
    told += f"<Initiator>{who}</Initiator><Owner>{who}</Owner>" + _element("StorageClass", upload.storage or "STANDARD")
    told += _element("Initiated", upload.day89_initiated.isoformat(timespec="milliseconds").replace("+00:00", "Z"))
    told += _element("ChecksumAlgorithm", upload.metadata.get("x-amz-checksum-algorithm"))
    return f"<Upload>{told}{_element('ChecksumType', upload.metadata.get('x-amz-checksum-type'))}</Upload>"


def _element(tag: str, value: Any, write: Any = escape) -> str:
    return "" if value is None else f"<{tag}>{write(str(value))}</{tag}>"
