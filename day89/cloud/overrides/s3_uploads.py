"""List unfinished uploads as S3 does: in order, in pages, each with its own start."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from day89.cloud.messages.errors import Answer
from day89.cloud.messages.model import ApiCall
from day89.cloud.messages.moto_request import Inner
from day89.cloud.messages.xml import canonical_id, document, element, writer
from day89.cloud.moto.state import CloudState

__all__ = ["list_uploads", "new_upload"]

UPLOADS_A_PAGE = 1000


def new_upload(call: ApiCall, state: CloudState, answer: Answer) -> Answer:
    """Write down when an upload began: moto says of all of them that it was in 2010."""
    uploads = list(state.bucket(call.params["Bucket"]).multiparts.values())
    uploads[-1].day89_initiated = datetime.now(UTC)
    return answer


def list_uploads(call: ApiCall, state: CloudState, inner: Inner) -> Answer | None:
    """Answer ListMultipartUploads.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListMultipartUploads.html
    """
    given = call.params
    most = min(int(given.get("MaxUploads") or UPLOADS_A_PAGE), state.page_size or UPLOADS_A_PAGE)
    marker, id_marker = given.get("KeyMarker") or "", (given.get("KeyMarker") and given.get("UploadIdMarker")) or ""
    waiting = _entries(call, state.bucket(given["Bucket"]).multiparts.values())
    shown, more = waiting[:most], len(waiting) > most
    name = writer(given.get("EncodingType"))
    lines = [
        *(element(one, given.get(one)) for one in ("Bucket", "EncodingType")),
        *(element(one, given.get(one), name) for one in ("Prefix", "Delimiter")),
        element("KeyMarker", marker, name) + element("UploadIdMarker", id_marker),
        element("MaxUploads", most) + element("IsTruncated", str(more).lower()),
        *(_entry(key, upload, call, name) for key, _, upload in shown),
    ]
    if shown:
        key, upload_id, _ = shown[-1]
        lines += [element("NextKeyMarker", key, name), element("NextUploadIdMarker", upload_id)]
    return document("ListMultipartUploadsResult", "".join(lines))


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
        return f"<CommonPrefixes>{element('Prefix', key, name)}</CommonPrefixes>"
    who = element("ID", canonical_id(call.account))
    told = element("Key", key, name) + element("UploadId", upload.id)
    told += f"<Initiator>{who}</Initiator><Owner>{who}</Owner>" + element("StorageClass", upload.storage or "STANDARD")
    told += element("Initiated", upload.day89_initiated.isoformat(timespec="milliseconds").replace("+00:00", "Z"))
    told += element("ChecksumAlgorithm", upload.metadata.get("x-amz-checksum-algorithm"))
    return f"<Upload>{told}{element('ChecksumType', upload.metadata.get('x-amz-checksum-type'))}</Upload>"
