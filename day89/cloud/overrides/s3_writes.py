"""Finish what moto has stored: checksums, versions, encryption, as S3 stores and tells them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from day89.cloud.messages.checksums import ALGORITHMS, checksum, composite
from day89.cloud.messages.errors import Answer
from day89.cloud.messages.model import ApiCall
from day89.cloud.messages.version_ids import NULL
from day89.cloud.messages.xml import document, element
from day89.cloud.moto.state import CloudState
from day89.cloud.overrides import s3_encryption
from day89.cloud.overrides.s3_reads import expiration, version_header
from day89.cloud.validation.s3_copies import source_of
from day89.cloud.validation.s3_uploads import checksum_of_upload

__all__ = ["AFTER", "overtake"]

DEFAULT = "crc64nvme"
TOLD = ("etag", "x-amz-server-side-encryption")


def put_object(call: ApiCall, state: CloudState, answer: Answer) -> Answer:
    """Keep the checksum of a new object, S3's own kind where the client named none.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
    """
    key = state.version(call.params["Bucket"], call.params["Key"])
    algorithm, value = _given(call)
    _keep(key, algorithm or DEFAULT, value or checksum(algorithm or DEFAULT, call.body))
    headers = {"ETag": key.etag} | s3_encryption.headers_of_key(key) | version_header(state, call.params["Bucket"], key)
    headers |= expiration(state, call.params["Bucket"], key) | _checksum(key)
    overtake(call, state)
    return answer[0], headers, b""


def _given(call: ApiCall) -> tuple[str | None, str | None]:
    """Return the algorithm and the checksum that a request names, each None where it names none."""
    for name in ALGORITHMS:
        if call.params.get(f"Checksum{name.upper()}"):
            return name, call.params[f"Checksum{name.upper()}"]
    named = str(call.params.get("ChecksumAlgorithm") or "").lower()
    return (named if named in ALGORITHMS else None), None


def _keep(key: Any, algorithm: str, value: str, kind: str = "FULL_OBJECT") -> None:
    key.checksum_algorithm, key.checksum_value, key.checksum_type = algorithm.upper(), value, kind


def _checksum(key: Any) -> dict[str, str]:
    return {
        f"x-amz-checksum-{key.checksum_algorithm.lower()}": key.checksum_value,
        "x-amz-checksum-type": key.checksum_type,
    }


def _told(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers of an answer to a write: moto adds all that it would tell a reader."""
    return {name: value for name, value in headers.items() if name.lower().startswith(TOLD)}


def overtake(call: ApiCall, state: CloudState) -> None:
    """Mark unfinished uploads of a key that was written or deleted: they can no longer be completed on a condition."""
    for upload in state.bucket(call.params["Bucket"]).multiparts.values():
        if upload.key_name == call.params["Key"]:
            upload.day89_overtaken = True


def copy_object(call: ApiCall, state: CloudState, answer: Answer) -> Answer:
    """Tell of a copy what S3 tells: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html"""
    key = state.version(call.params["Bucket"], call.params["Key"])
    bucket, name, version_id = source_of(call)
    named = str(call.params.get("ChecksumAlgorithm") or "").lower()
    algorithm = named or (key.checksum_algorithm or DEFAULT).lower()
    _keep(key, algorithm, checksum(algorithm, key.value))
    key.multipart = None  # one piece now
    told = element("LastModified", key.last_modified.strftime("%Y-%m-%dT%H:%M:%S.000Z")) + element("ETag", key.etag)
    told += element("ChecksumType", key.checksum_type) + element(f"Checksum{algorithm.upper()}", key.checksum_value)
    status, headers, body = document("CopyObjectResult", told)
    headers |= s3_encryption.headers_of_key(key)
    headers |= version_header(state, call.params["Bucket"], key) | expiration(state, call.params["Bucket"], key)
    source = answer[1].get("x-amz-copy-source-version-id") or version_id
    if source is None and state.bucket(bucket).versioning_status and (bucket, name) != (key.bucket_name, key.name):
        source = state.version(bucket, name).version_id
    if source not in (None, NULL):
        headers["x-amz-copy-source-version-id"] = source
    overtake(call, state)
    return status, headers, body


def new_upload(call: ApiCall, state: CloudState, answer: Answer) -> Answer:
    """Say with which encryption and checksum an upload was started: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateMultipartUpload.html"""
    bucket = state.bucket(call.params["Bucket"])
    upload = next(reversed(bucket.multiparts.values()))
    upload.sse_encryption, upload.kms_key_id = s3_encryption.method_of(call, bucket)
    headers = dict(answer[1]) | s3_encryption.headers_of(call, bucket)
    algorithm = upload.metadata.get("x-amz-checksum-algorithm")
    if algorithm:
        kind = call.params.get("ChecksumType") or ("FULL_OBJECT" if algorithm == "CRC64NVME" else "COMPOSITE")
        upload.metadata["x-amz-checksum-type"] = kind
        headers |= {"x-amz-checksum-algorithm": algorithm, "x-amz-checksum-type": kind}
    upload.day89_lock = {
        "lock_mode": call.params.get("ObjectLockMode"),
        "lock_until": call.headers.get("x-amz-object-lock-retain-until-date"),
        "lock_legal_status": call.params.get("ObjectLockLegalHoldStatus"),
    }
    return answer[0], headers, answer[2]


def new_part(call: ApiCall, state: CloudState, answer: Answer) -> Answer:
    """Keep a part's checksum, of the upload's kind: https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPart.html"""
    upload = state.bucket(call.params["Bucket"]).multiparts[call.params["UploadId"]]
    part = upload.parts[int(call.params["PartNumber"])]
    wanted = checksum_of_upload(upload)
    algorithm, value = _given(call)
    headers = _told(answer[1])
    if wanted is not None:
        _keep(part, wanted[0], value or checksum(wanted[0], part.value))
        algorithm, value = wanted[0], part.checksum_value
    elif algorithm is not None:
        value = value or checksum(algorithm, part.value)
    if algorithm is None or value is None:
        return answer[0], headers, answer[2]
    return answer[0], headers | {f"x-amz-checksum-{algorithm}": value}, answer[2]


def copied_part(call: ApiCall, state: CloudState, answer: Answer) -> Answer:
    """Tell of a copied part what S3 tells: https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPartCopy.html"""
    upload = state.bucket(call.params["Bucket"]).multiparts[call.params["UploadId"]]
    part = upload.parts[int(call.params["PartNumber"])]
    told = element("LastModified", part.last_modified.strftime("%Y-%m-%dT%H:%M:%S.000Z")) + element("ETag", part.etag)
    wanted = checksum_of_upload(upload)
    if wanted is not None:
        _keep(part, wanted[0], checksum(wanted[0], part.value))
        told += element(f"Checksum{wanted[0].upper()}", part.checksum_value)
    status, headers, body = document("CopyPartResult", told)
    headers |= {name: value for name, value in _told(answer[1]).items() if name.lower() != "etag"}
    bucket, name, version_id = source_of(call)
    if state.bucket(bucket).versioning_status:
        headers["x-amz-copy-source-version-id"] = version_id or state.version(bucket, name).version_id
    return status, headers, body


def completed(call: ApiCall, state: CloudState, answer: Answer) -> Answer:
    """Keep parts and checksum of a finished upload, and tell of it what S3 tells.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html
    """
    key = state.version(call.params["Bucket"], call.params["Key"])
    key.acl = key.acl or state.bucket(call.params["Bucket"]).acl
    if not hasattr(key, "day89_part_sizes"):
        _keep_parts(call, key)
        overtake(call, state)
    told = element("Location", f"http://{call.params['Bucket']}.s3.amazonaws.com/{key.name}")
    told += element("Bucket", call.params["Bucket"]) + element("Key", key.name) + element("ETag", key.etag)
    told += element(f"Checksum{key.checksum_algorithm}", key.checksum_value)
    status, headers, body = document("CompleteMultipartUploadResult", told + element("ChecksumType", key.checksum_type))
    headers |= s3_encryption.headers_of_key(key) | expiration(state, call.params["Bucket"], key)
    return status, headers | version_header(state, call.params["Bucket"], key), body


def _keep_parts(call: ApiCall, key: Any) -> None:
    upload = key.multipart
    numbers = [int(part["PartNumber"]) for part in call.params["MultipartUpload"]["Parts"]]
    parts = [upload.parts[number] for number in numbers]
    key.day89_part_numbers, key.day89_part_sizes = numbers, [part.size for part in parts]
    wanted = checksum_of_upload(upload)
    if wanted is not None:
        key.day89_part_checksums = [part.checksum_value for part in parts]
    algorithm, kind = wanted or (DEFAULT, "FULL_OBJECT")
    if kind == "COMPOSITE":
        _keep(key, algorithm, composite(algorithm, key.day89_part_checksums), kind)
    else:
        _keep(key, algorithm, checksum(algorithm, key.value), kind)
    for name, value in upload.day89_lock.items():
        if value is not None:
            setattr(key, name, value)


AFTER: Mapping[str, tuple[Callable[[ApiCall, CloudState, Answer], Answer], ...]] = {
    "s3.PutObject": (put_object,),
    "s3.CopyObject": (copy_object,),
    "s3.CreateMultipartUpload": (new_upload,),
    "s3.UploadPart": (new_part,),
    "s3.UploadPartCopy": (copied_part,),
    "s3.CompleteMultipartUpload": (completed,),
}
