"""Refuse calls about uploads in parts as S3 does. https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from day89.cloud.messages.checksums import ALGORITHMS, FULL_OBJECT_ONLY, checksum, composite
from day89.cloud.messages.model import ApiCall, AwsError
from day89.cloud.moto.state import CloudState
from day89.cloud.validation.s3_objects import MALFORMED

__all__ = ["RULES", "checksum_of_upload"]

PART_NUMBERS = range(1, 10_001)
PART_BYTES = 5 * 1024 * 1024
COMPOSITE_ONLY = frozenset({"sha1", "sha256"})
NO_SUCH_UPLOAD = (
    "The specified upload does not exist. The upload ID may be invalid, "
    "or the upload may have been aborted or completed."
)
NO_SUCH_PART = (
    "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified "
    "entity tag may not match the part's entity tag."
)
UNSUPPORTED = (
    "Checksum algorithm provided is unsupported. Please try again with any of the valid types: "
    "[CRC32, CRC32C, CRC64NVME, SHA1, SHA256]"
)


def checksum_of_upload(upload: Any) -> tuple[str, str] | None:
    """Return algorithm, in lower case, and type of the checksum that an upload was started with, or None."""
    algorithm = upload.metadata.get("x-amz-checksum-algorithm")
    return (algorithm.lower(), upload.metadata["x-amz-checksum-type"]) if algorithm else None


def _upload(call: ApiCall, state: CloudState) -> Any:
    found = state.bucket(call.params["Bucket"]).multiparts.get(call.params.get("UploadId"))
    return found if found is not None and found.key_name == call.params["Key"] else None


def known_upload(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse upload ids that are not there: https://docs.aws.amazon.com/AmazonS3/latest/API/API_UploadPart.html"""
    if _upload(call, state) is not None or _is_completed(call, state):
        return None
    return AwsError("NoSuchUpload", NO_SUCH_UPLOAD, 404, {"UploadId": str(call.params.get("UploadId"))})


def _is_completed(call: ApiCall, state: CloudState) -> bool:
    """Return whether this CompleteMultipartUpload was done before: a client whose answer was lost asks again."""
    if call.operation != "CompleteMultipartUpload":
        return False
    current = state.object(call.params["Bucket"], call.params["Key"])
    return current is not None and getattr(current.multipart, "id", None) == call.params.get("UploadId")


def part_number(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse part numbers outside 1 to 10,000: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html"""
    number = int(call.params["PartNumber"])
    if number in PART_NUMBERS:
        return None
    message = "Part number must be an integer between 1 and 10000, inclusive"
    fields = {"ArgumentName": "partNumber", "ArgumentValue": str(number)}
    return AwsError("InvalidArgument", message, 400, fields)


def checksum_of_new_upload(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse checksums that do not exist: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CreateMultipartUpload.html"""
    algorithm, kind = call.params.get("ChecksumAlgorithm"), call.params.get("ChecksumType")
    if algorithm is None:
        message = "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header."
        return AwsError("InvalidRequest", message) if kind is not None else None
    name = algorithm.lower()
    if name not in ALGORITHMS or algorithm != algorithm.upper():
        return AwsError("InvalidRequest", UNSUPPORTED)
    if kind is None:
        return None
    if kind not in ("COMPOSITE", "FULL_OBJECT"):
        return AwsError("InvalidRequest", "Value for x-amz-checksum-type header is invalid.")
    if name not in (FULL_OBJECT_ONLY if kind == "COMPOSITE" else COMPOSITE_ONLY):
        return None
    return AwsError("InvalidRequest", f"The {kind} checksum type cannot be used with the {name} checksum algorithm.")


def checksum_of_part(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse a part with another kind of checksum than the upload's."""
    wanted = checksum_of_upload(_upload(call, state))
    given = call.params.get("ChecksumAlgorithm") or next(
        (name for name in ALGORITHMS if call.params.get(f"Checksum{name.upper()}")), None
    )
    if wanted is None or given is None or given.lower() == wanted[0]:
        return None
    message = (
        f"Checksum Type mismatch occurred, expected checksum Type: {wanted[0]}, actual checksum Type: {given.lower()}"
    )
    return AwsError("InvalidRequest", message)


def _parts(call: ApiCall) -> list[Mapping[str, Any]]:
    return (call.params.get("MultipartUpload") or {}).get("Parts") or []


def some_parts(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse to complete an upload without parts: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html"""
    if not call.body.strip():
        return AwsError("InvalidRequest", "You must specify at least one part")
    whole = all("ETag" in part and "PartNumber" in part for part in _parts(call))
    return None if _parts(call) and whole else MALFORMED


def part_order(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse parts out of order."""
    numbers = [int(part.get("PartNumber") or 0) for part in _parts(call)]
    if numbers == sorted(set(numbers)):
        return None
    message = "The list of parts was not in ascending order. Parts must be ordered by part number."
    return AwsError("InvalidPartOrder", message, 400, {"UploadId": call.params["UploadId"]})


def parts_there(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse parts that were not sent, are others, lack their checksum, or are too small."""
    upload = _upload(call, state)
    if upload is None:
        return None  # completed before
    wanted = checksum_of_upload(upload)
    found = []
    for given in _parts(call):
        number, etag = int(given.get("PartNumber") or 0), str(given.get("ETag") or "").strip('"')
        part = upload.parts.get(number)
        if part is None or part.etag.strip('"') != etag:
            return _invalid_part(call, number, etag)
        refusal = _checksum_fits(call, given, part, wanted, number, etag)
        if refusal is not None:
            return refusal
        found.append((number, part))
    small = next(((number, part) for number, part in found[:-1] if part.size < PART_BYTES), None)
    return None if small is None else _too_small(*small)


def _invalid_part(call: ApiCall, number: int, etag: str) -> AwsError:
    fields = {"UploadId": call.params["UploadId"], "PartNumber": str(number), "ETag": etag}
    return AwsError("InvalidPart", NO_SUCH_PART, 400, fields)


def _checksum_fits(
    call: ApiCall, given: Mapping[str, Any], part: Any, wanted: tuple[str, str] | None, number: int, etag: str
) -> AwsError | None:
    said = {name: given[f"Checksum{name.upper()}"] for name in ALGORITHMS if given.get(f"Checksum{name.upper()}")}
    if wanted is None:
        return _invalid_part(call, number, etag) if said else None
    algorithm, kind = wanted
    if kind == "COMPOSITE" and not said:
        message = (
            f"The upload was created using a {algorithm} checksum. The complete request must include the checksum for "
            f"each part. It was missing for part {number} in the request."
        )
        return AwsError("InvalidRequest", message)
    if said and said.get(algorithm) != part.checksum_value:
        return _invalid_part(call, number, etag)
    return None


def _too_small(number: int, part: Any) -> AwsError:
    fields = {
        "ETag": part.etag.strip('"'),
        "MinSizeAllowed": str(PART_BYTES),
        "PartNumber": str(number),
        "ProposedSize": str(part.size),
    }
    message = "Your proposed upload is smaller than the minimum allowed size"
    return AwsError("EntityTooSmall", message, 400, fields)


def checksum_mode(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse to complete an upload with another type of checksum than it was started with."""
    given, upload = call.params.get("ChecksumType"), _upload(call, state)
    if given is None or upload is None:
        return None
    wanted = checksum_of_upload(upload)
    mode = wanted[1] if wanted else "null"
    if given == mode:
        return None
    message = (
        f"The upload was created using the {mode} checksum mode. The complete request must use the same checksum mode."
    )
    return AwsError("InvalidRequest", message)


def size_of_whole(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse an upload that is not as large as said."""
    given, upload = call.params.get("MpuObjectSize"), _upload(call, state)
    if given is None or upload is None:
        return None
    size = sum(upload.parts[int(part["PartNumber"])].size for part in _parts(call))
    if int(given) == size:
        return None
    message = f"The provided 'x-amz-mp-object-size' header value {given} does not match what was computed: {size}"
    return AwsError("InvalidRequest", message)


def checksum_of_whole(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse an upload whose checksum is not the one that the parts give."""
    named = ((name, call.params.get(f"Checksum{name.upper()}")) for name in ALGORITHMS)
    said = {name: str(value) for name, value in named if value}
    upload = _upload(call, state)
    if not said or upload is None:
        return None
    algorithm, kind = checksum_of_upload(upload) or ("crc64nvme", "FULL_OBJECT")
    parts = [upload.parts[int(part["PartNumber"])] for part in _parts(call)]
    if kind == "COMPOSITE":
        found = composite(algorithm, (part.checksum_value for part in parts))
    else:
        found = checksum(algorithm, b"".join(part.value for part in parts))
    # Without a type the checksum counts as one of the parts' checksums, where there is such a kind.
    meant = call.params.get("ChecksumType") or (kind if algorithm in FULL_OBJECT_ONLY else "COMPOSITE")
    if meant == kind and said.get(algorithm, "").partition("-")[0] == found.partition("-")[0]:
        return None
    return AwsError("BadDigest", f"The {algorithm} you specified did not match the calculated checksum.")


def upload_marker(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse a marker of an upload that is not of the marker's key: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListMultipartUploads.html"""
    given, key = call.params.get("UploadIdMarker"), call.params.get("KeyMarker")
    upload = state.bucket(call.params["Bucket"]).multiparts.get(given) if given and key else None
    if not given or not key or (upload is not None and upload.key_name == key):
        return None
    fields = {"ArgumentName": "upload-id-marker", "ArgumentValue": given}
    return AwsError("InvalidArgument", "Invalid uploadId marker", 400, fields)


Rules = tuple[Callable[[ApiCall, CloudState], AwsError | None], ...]
RULES: Mapping[str, Rules] = {
    "s3.CreateMultipartUpload": (checksum_of_new_upload,),
    "s3.UploadPart": (part_number, known_upload, checksum_of_part),
    "s3.UploadPartCopy": (part_number, known_upload),
    "s3.ListParts": (known_upload,),
    "s3.AbortMultipartUpload": (known_upload,),
    "s3.CompleteMultipartUpload": (
        known_upload,
        some_parts,
        part_order,
        checksum_mode,
        parts_there,
        size_of_whole,
        checksum_of_whole,
    ),
    "s3.ListMultipartUploads": (upload_marker,),
}
