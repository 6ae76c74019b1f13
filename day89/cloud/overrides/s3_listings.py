"""Lists of S3: buckets, objects, versions and parts, in AWS's order, pages and fields."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from moto.s3.models import FakeDeleteMarker

from day89.cloud.messages.errors import Answer
from day89.cloud.messages.model import ApiCall
from day89.cloud.messages.moto_request import Inner
from day89.cloud.messages.tokens import read_token, write_token
from day89.cloud.messages.xml import canonical_id, document, element, writer
from day89.cloud.moto.state import CloudState

__all__ = ["BEFORE", "region_of"]

PAGE = 1000
BUCKETS_A_PAGE = 10_000


class Page(NamedTuple):
    """One page of a list: entries and prefixes, and the name of the last one where there are more."""

    entries: list[Any]
    prefixes: list[str]
    last: str | None


def list_objects(call: ApiCall, state: CloudState, inner: Inner) -> Answer | None:
    """Answer ListObjects: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjects.html"""
    given, marker = call.params, call.params.get("Marker") or ""
    page, most = _page_of_objects(call, state, marker)
    write = writer(given.get("EncodingType"))
    text = [
        element("Name", given["Bucket"]) + element("Prefix", given.get("Prefix") or "", write),
        element("Marker", marker, write),
        element("NextMarker", page.last if given.get("Delimiter") else None, write),
        _end_of_head(call, most, page),
        *(_object(key, write, canonical_id(call.account)) for key in page.entries),
        *_prefixes(page.prefixes, write),
    ]
    return document("ListBucketResult", "".join(text))


def list_objects_v2(call: ApiCall, state: CloudState, inner: Inner) -> Answer | None:
    """Answer ListObjectsV2: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html"""
    given, token = call.params, call.params.get("ContinuationToken")
    after = given.get("StartAfter")
    page, most = _page_of_objects(call, state, (read_token(token) if token else after) or "")
    write = writer(given.get("EncodingType"))
    owner = canonical_id(call.account) if str(given.get("FetchOwner")).lower() == "true" else None
    text = [
        element("Name", given["Bucket"]) + element("Prefix", given.get("Prefix") or "", write),
        element("KeyCount", len(page.entries) + len(page.prefixes)),
        element("ContinuationToken", token) + element("StartAfter", None if token else after, write),
        element("NextContinuationToken", page.last and write_token(page.last)),
        _end_of_head(call, most, page),
        *(_object(key, write, owner) for key in page.entries),
        *_prefixes(page.prefixes, write),
    ]
    return document("ListBucketResult", "".join(text))


def _page_of_objects(call: ApiCall, state: CloudState, marker: str) -> tuple[Page, int]:
    most = _most(call, "MaxKeys", state)
    prefix, delimiter = call.params.get("Prefix") or "", call.params.get("Delimiter")
    names = sorted(state.bucket(call.params["Bucket"]).keys)
    keys = state.bucket(call.params["Bucket"]).keys
    start = max(bisect_right(names, marker) if marker else 0, bisect_left(names, prefix))
    found = (key for name in names[start:] if not isinstance(key := keys[name], FakeDeleteMarker))
    return _cut(found, prefix, delimiter, marker, min(most, state.page_size or PAGE)), most


def _most(call: ApiCall, name: str, state: CloudState) -> int:
    given = call.params.get(name)
    return min(PAGE if given is None else int(given), state.page_size or PAGE)


def _cut(found: Iterable[Any], prefix: str, delimiter: str | None, marker: str, most: int) -> Page:
    """Roll names up at the delimiter and end the page when it is full; a prefix is an entry like any other."""
    page = Page([], [], None)
    seen, last = "", None
    for entry in found:
        name = entry.name
        if not name.startswith(prefix):
            if name > prefix:
                break
            continue
        head, cut, _ = name[len(prefix) :].partition(delimiter) if delimiter else ("", "", "")
        rolled = prefix + head + cut if cut else ""
        if rolled and (rolled == seen or rolled <= marker):
            continue
        if len(page.entries) + len(page.prefixes) >= most:
            return page._replace(last=last)
        if rolled:
            page.prefixes.append(rolled)
        else:
            page.entries.append(entry)
        seen, last = rolled, rolled or name
    return page


def _end_of_head(call: ApiCall, most: int, page: Page) -> str:
    given = call.params
    return (
        element("MaxKeys", most)
        + element("Delimiter", given.get("Delimiter") or None, writer(given.get("EncodingType")))
        + element("EncodingType", given.get("EncodingType"))
        + element("IsTruncated", page.last is not None)
    )


def _prefixes(prefixes: Iterable[str], write: Callable[[str], str]) -> Iterator[str]:
    for prefix in prefixes:
        yield f"<CommonPrefixes>{element('Prefix', prefix, write)}</CommonPrefixes>"


def _object(key: Any, write: Callable[[str], str], owner: str | None) -> str:
    return f"<Contents>{element('Key', key.name, write)}{_facts(key, owner)}</Contents>"


def _facts(key: Any, owner: str | None) -> str:
    modified = element("LastModified", _moment(key.last_modified))
    who = f"<Owner><ID>{owner}</ID></Owner>" if owner else ""
    algorithm = key.checksum_algorithm
    kind = element("ChecksumAlgorithm", algorithm) + element("ChecksumType", key.checksum_type or "FULL_OBJECT")
    told = modified + element("ETag", key.etag) + (kind if algorithm else "") + element("Size", key.size) + who
    return told + element("StorageClass", key.storage_class)


def _moment(when: Any) -> str:
    return str(when.strftime("%Y-%m-%dT%H:%M:%S.000Z"))


def list_object_versions(call: ApiCall, state: CloudState, inner: Inner) -> Answer | None:
    """Answer ListObjectVersions: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html"""
    given = call.params
    bucket, most = state.bucket(given["Bucket"]), _most(call, "MaxKeys", state)
    marker, id_marker = given.get("KeyMarker") or "", given.get("VersionIdMarker") or ""
    found = _versions_after(bucket, marker, id_marker)
    page = _cut((one for one, _ in found), given.get("Prefix") or "", given.get("Delimiter"), marker, most)
    latest = {id(one) for one, is_latest in found if is_latest}
    write = writer(given.get("EncodingType"))
    text = [
        element("Name", given["Bucket"]) + element("Prefix", given.get("Prefix") or "", write),
        element("KeyMarker", marker, write) + element("VersionIdMarker", id_marker),
        *_next_version(bucket, page, write),
        _end_of_head(call, most, page),
        *(_version(one, id(one) in latest, write, canonical_id(call.account)) for one in page.entries),
        *_prefixes(page.prefixes, write),
    ]
    return document("ListVersionsResult", "".join(text))


def _versions_after(bucket: Any, marker: str, id_marker: str) -> list[tuple[Any, bool]]:
    """Return the versions after the markers, by name, the newest first, each with whether it is the latest.

    A marker's place outlives its version: what had been listed up to it is remembered.
    """
    known = _listed(bucket).get((marker, id_marker), frozenset({id_marker}))
    found: list[tuple[Any, bool]] = []
    for name in sorted(bucket.keys):
        if name < marker or (name == marker and not id_marker):
            continue
        versions = list(reversed(bucket.keys.getlist(name)))
        places = [place for place, one in enumerate(versions) if one.version_id in known] if name == marker else []
        start = places[-1] + 1 if places else 0
        found += [(one, place == 0) for place, one in enumerate(versions) if place >= start]
    return found


def _next_version(bucket: Any, page: Page, write: Callable[[str], str]) -> Iterator[str]:
    if page.last is None:
        return
    yield element("NextKeyMarker", page.last, write)
    last = page.entries[-1] if page.entries and page.entries[-1].name == page.last else None
    if last is not None:
        ids = [one.version_id for one in reversed(bucket.keys.getlist(last.name))]
        _listed(bucket)[last.name, last.version_id] = frozenset(ids[: ids.index(last.version_id) + 1])
        yield element("NextVersionIdMarker", last.version_id)


def _listed(bucket: Any) -> dict[tuple[str, str], frozenset[str]]:
    listed: dict[tuple[str, str], frozenset[str]] = bucket.__dict__.setdefault("day89_listed", {})
    return listed


def _version(one: Any, latest: bool, write: Callable[[str], str], owner: str) -> str:
    told = element("Key", one.name, write) + element("VersionId", one.version_id) + element("IsLatest", latest)
    if isinstance(one, FakeDeleteMarker):
        modified = element("LastModified", _moment(one.last_modified))
        return f"<DeleteMarker>{told}{modified}<Owner><ID>{owner}</ID></Owner></DeleteMarker>"
    return f"<Version>{told}{_facts(one, owner)}</Version>"


def list_parts(call: ApiCall, state: CloudState, inner: Inner) -> Answer | None:
    """Answer ListParts: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListParts.html"""
    given = call.params
    upload = state.bucket(given["Bucket"]).multiparts[given["UploadId"]]
    most, marker = _most(call, "MaxParts", state), int(given.get("PartNumberMarker") or 0)
    after = [number for number in upload.partlist if number > marker]
    shown = after[:most]
    algorithm = upload.metadata.get("x-amz-checksum-algorithm")
    owner = canonical_id(call.account)
    text = [
        *(element(name, given[name]) for name in ("Bucket", "Key", "UploadId")),
        element("PartNumberMarker", marker) + element("NextPartNumberMarker", shown[-1] if shown else 0),
        element("MaxParts", most) + element("IsTruncated", len(shown) < len(after)),
        f"<Initiator><ID>{owner}</ID></Initiator><Owner><ID>{owner}</ID></Owner>",
        element("StorageClass", upload.storage or "STANDARD") + element("ChecksumAlgorithm", algorithm),
        element("ChecksumType", upload.metadata.get("x-amz-checksum-type") if algorithm else None),
        *(_part(number, upload.parts[number]) for number in shown),
    ]
    return document("ListPartsResult", "".join(text))


def _part(number: int, part: Any) -> str:
    told = element("PartNumber", number) + element("LastModified", _moment(part.last_modified))
    told += element("ETag", part.etag) + element("Size", part.size)
    if part.checksum_algorithm:
        told += element(f"Checksum{part.checksum_algorithm.upper()}", part.checksum_value)
    return f"<Part>{told}</Part>"


def list_buckets(call: ApiCall, state: CloudState, inner: Inner) -> Answer | None:
    """Answer ListBuckets: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html"""
    given, prefix = call.params, call.params.get("Prefix") or ""
    after = read_token(given.get("ContinuationToken") or "") or ""
    wanted = given.get("BucketRegion")
    names = sorted(state.backend("s3", call.account).buckets)
    found = [name for name in names if name.startswith(prefix) and name > after]
    found = [name for name in found if wanted in (None, region_of(state.bucket(name)))]
    shown = found[: int(given.get("MaxBuckets") or BUCKETS_A_PAGE)]
    asked = {"MaxBuckets", "Prefix", "BucketRegion", "ContinuationToken"} & set(given)
    each = "".join(_bucket(state.bucket(name), bool(asked)) for name in shown)
    more = write_token(shown[-1]) if len(shown) < len(found) else None
    text = [
        f"<Owner><ID>{canonical_id(call.account)}</ID></Owner><Buckets>{each}</Buckets>",
        element("ContinuationToken", more) + element("Prefix", given.get("Prefix")),
    ]
    return document("ListAllMyBucketsResult", "".join(text))


def region_of(bucket: Any) -> str:
    """Return the region that a bucket is in; EU is an old name of eu-west-1."""
    return "eu-west-1" if bucket.region_name == "EU" else str(bucket.region_name)


def _bucket(bucket: Any, in_full: bool) -> str:
    told = element("Name", bucket.name) + element("CreationDate", _moment(bucket.creation_date))
    told += element("BucketArn", f"arn:aws:s3:::{bucket.name}")
    return f"<Bucket>{told}{element('BucketRegion', region_of(bucket)) if in_full else ''}</Bucket>"


BEFORE: Mapping[str, tuple[Callable[[ApiCall, CloudState, Inner], Answer | None], ...]] = {
    "s3.ListBuckets": (list_buckets,),
    "s3.ListObjects": (list_objects,),
    "s3.ListObjectsV2": (list_objects_v2,),
    "s3.ListObjectVersions": (list_object_versions,),
    "s3.ListParts": (list_parts,),
}
