"""Refuse lists that S3 refuses. https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from day89.cloud.clients import regions
from day89.cloud.messages.model import ApiCall, AwsError
from day89.cloud.messages.tokens import read_token
from day89.cloud.messages.version_ids import is_version_id
from day89.cloud.moto.state import CloudState

__all__ = ["RULES"]

MOST = 2**31 - 1
SIZES = {"MaxKeys": "max-keys", "MaxParts": "max-parts", "MaxUploads": "max-uploads"}
LISTS = ("ListObjects", "ListObjectsV2", "ListObjectVersions", "ListMultipartUploads", "ListParts")


def _argument(message: str, name: str, value: str | None = None) -> AwsError:
    fields = {"ArgumentName": name} if value is None else {"ArgumentName": name, "ArgumentValue": value}
    return AwsError("InvalidArgument", message, 400, fields)


def encoding(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse any encoding but url."""
    given = call.params.get("EncodingType")
    if given is None or given == "url":
        return None
    return _argument("Invalid Encoding Method specified in Request", "encoding-type", given)


def page_size(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse page sizes that are none."""
    for name, header in SIZES.items():
        given = call.params.get(name)
        if given is not None and not 0 <= int(given) <= MOST:
            return _argument(f"Argument {header} must be an integer between 0 and {MOST}", header, str(given))
    return None


def token(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse continuation tokens that no answer has named."""
    given = call.params.get("ContinuationToken")
    if given is None or read_token(given) is not None:
        return None
    return _argument("The continuation token provided is incorrect", "continuation-token")


def version_markers(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse a version marker without a key, or one that is no version id: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html"""
    given = call.params.get("VersionIdMarker")
    if given is None:
        return None
    if not call.params.get("KeyMarker"):
        message = "A version-id marker cannot be specified without a key marker."
    elif not given:
        message = "A version-id marker cannot be empty."
    elif not is_version_id(given):
        message = "Invalid version id specified"
    else:
        return None
    return _argument(message, "version-id-marker", given)


def bucket_list(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse lists of buckets that S3 does: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html"""
    most, region, given = (call.params.get(name) for name in ("MaxBuckets", "BucketRegion", "ContinuationToken"))
    if most is not None and not 1 <= int(most) <= 10_000:
        return _argument("Argument max-buckets must be an integer between 1 and 10000", "max-buckets", str(most))
    if region is not None and region not in regions():
        return _argument(f"Argument value {region} is not a valid AWS Region", "bucket-region")
    return token(call, state) if given else None


EACH = (encoding, page_size)
RULES: Mapping[str, tuple[Callable[[ApiCall, CloudState], AwsError | None], ...]] = {
    **{f"s3.{operation}": EACH for operation in LISTS},
    "s3.ListObjectsV2": (*EACH, token),
    "s3.ListObjectVersions": (*EACH, version_markers),
    "s3.ListBuckets": (bucket_list,),
}
