"""Refuse reads that S3 refuses. https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl, urlsplit

from day89.cloud.messages.model import ApiCall, AwsError
from day89.cloud.moto.state import CloudState

__all__ = ["RULES"]

ATTRIBUTES = frozenset({"ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"})
NO_ATTRIBUTES = AwsError(
    "InvalidRequest",
    "The x-amz-object-attributes header specifying the attributes to be retrieved is either missing or empty",
)


def anonymous_overrides(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse other headers in the answer to who did not sign the request."""
    if call.access_key is not None or not any(name.startswith("Response") for name in call.params):
        return None
    message = "Request specific response headers cannot be used for anonymous GET requests."
    return AwsError("InvalidRequest", message)


def attributes_unnamed(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse to read attributes where none is named: without the header this looks like GetObject."""
    return NO_ATTRIBUTES if "attributes" in dict(parse_qsl(urlsplit(call.url).query, keep_blank_values=True)) else None


def attributes(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse attributes that there are not: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectAttributes.html"""
    given = call.params.get("ObjectAttributes") or []
    named = [part.strip() for one in ([given] if isinstance(given, str) else given) for part in str(one).split(",")]
    if not any(named):
        return NO_ATTRIBUTES
    if ATTRIBUTES.issuperset(named):
        return None
    fields = {"ArgumentName": "x-amz-object-attributes", "ArgumentValue": ",".join(named)}
    return AwsError("InvalidArgument", "Invalid attribute name specified.", 400, fields)


RULES: Mapping[str, tuple[Callable[[ApiCall, CloudState], AwsError | None], ...]] = {
    "s3.GetObject": (anonymous_overrides, attributes_unnamed),
    "s3.HeadObject": (anonymous_overrides,),
    "s3.GetObjectAttributes": (attributes,),
}
