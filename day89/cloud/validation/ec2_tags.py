"""Refuse tags that EC2 refuses. https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from day89.cloud.messages.model import ApiCall, AwsError
from day89.cloud.moto.state import CloudState

__all__ = ["tags"]

KEY_LENGTH, VALUE_LENGTH, TAGS = 128, 256, 50
CHANGES = frozenset({"CreateTags", "DeleteTags"})


def tags(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse reserved, long and doubled tags, wherever a call of EC2 takes some."""
    specifications = call.params.get("TagSpecifications")
    if specifications:
        kinds = [one.get("ResourceType") for one in specifications]
        doubled = next((kind for kind in kinds if kinds.count(kind) > 1), None)
        if doubled is not None:
            return _value(
                f"The same resource type may not be specified more than once in tag specifications: {doubled}"
            )
        found = (_refuse(one.get("Tags") or []) for one in specifications)
        return next((refusal for refusal in found if refusal is not None), None)
    if call.operation in CHANGES:
        return _refuse(call.params.get("Tags") or [])
    return None


def _refuse(given: Sequence[Mapping[str, Any]]) -> AwsError | None:
    seen: set[str] = set()
    for tag in given:
        key, value = str(tag.get("Key") or ""), str(tag.get("Value") or "")
        if key.lower().startswith("aws:"):
            return _value("Tag keys starting with 'aws:' are reserved for internal use")
        if not key:
            return _value("Tag key cannot be null or empty")
        if len(key) > KEY_LENGTH:
            return _value(f"Tag key exceeds the maximum length of {KEY_LENGTH} characters")
        if len(value) > VALUE_LENGTH:
            return _value(f"Tag value exceeds the maximum length of {VALUE_LENGTH} characters")
        if key in seen:
            return _value(f"Duplicate tag key '{key}' specified.")
        seen.add(key)
    message = f"The maximum number of tags for a resource is {TAGS}."
    return AwsError("TagLimitExceeded", message) if len(seen) > TAGS else None


def _value(message: str) -> AwsError:
    return AwsError("InvalidParameterValue", message)
