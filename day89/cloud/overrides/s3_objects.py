"""Tags, access control lists and locks of objects, each of the version that is named."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from moto.s3.models import FakeAcl, FakeGrant, FakeGrantee

from day89.cloud.messages.errors import Answer, with_body
from day89.cloud.messages.model import ApiCall
from day89.cloud.messages.moto_request import Inner
from day89.cloud.messages.xml import canonical_id, document, element
from day89.cloud.moto.state import CloudState
from day89.cloud.overrides.s3_reads import version_header
from day89.cloud.overrides.s3_writes import overtake

__all__ = ["AFTER", "BEFORE"]

# Who owns everything in moto.
MOTOS_OWNERS = (
    b"75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a",
    b"bcaf1ffd86f41161ca5fb16fd081034f",
)


def _version(call: ApiCall, state: CloudState) -> Any:
    return state.version(call.params["Bucket"], call.params["Key"], call.params.get("VersionId"))


def tag(call: ApiCall, state: CloudState, inner: Inner) -> Answer | None:
    """Answer PutObjectTagging, also with no tags: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectTagging.html"""
    key = _version(call, state)
    tags = {one["Key"]: one["Value"] for one in (call.params.get("Tagging") or {}).get("TagSet") or []}
    state.backend("s3", key.account_id).put_object_tagging(key, tags)
    return 200, version_header(state, call.params["Bucket"], key), b""


def tags(call: ApiCall, state: CloudState, inner: Inner) -> Answer | None:
    """Answer GetObjectTagging: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectTagging.html"""
    key = _version(call, state)
    found = state.object_tags(key)
    each = "".join(f"<Tag>{element('Key', name)}{element('Value', text or '')}</Tag>" for name, text in found.items())
    status, headers, body = document("Tagging", f"<TagSet>{each}</TagSet>")
    return status, headers | version_header(state, call.params["Bucket"], key), body


def untag(call: ApiCall, state: CloudState, inner: Inner) -> Answer | None:
    """Answer DeleteObjectTagging: https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjectTagging.html"""
    key = _version(call, state)
    state.backend("s3", key.account_id).delete_object_tagging(
        call.params["Bucket"], call.params["Key"], version_id=call.params.get("VersionId")
    )
    return 204, version_header(state, call.params["Bucket"], key), b""


def retention(call: ApiCall, state: CloudState, inner: Inner) -> Answer | None:
    """Answer GetObjectRetention: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectRetention.html"""
    key = _version(call, state)
    return document("Retention", element("Mode", key.lock_mode) + element("RetainUntilDate", key.lock_until))


def put_acl(call: ApiCall, state: CloudState, inner: Inner) -> Answer | None:
    """Answer a PutObjectAcl whose list is written out in its body, which moto does not read."""
    policy = call.params.get("AccessControlPolicy")
    if not policy:
        return None
    grants = [_grant(one) for one in policy.get("Grants") or []]
    _version(call, state).set_acl(FakeAcl(grants))
    return 200, {}, b""


def _grant(given: Mapping[str, Any]) -> Any:
    grantee = given["Grantee"]
    who = FakeGrantee(grantee_id=grantee.get("ID") or "", uri=grantee.get("URI") or "")
    return FakeGrant([who], [given["Permission"]])


def owner_of_acl(call: ApiCall, state: CloudState, answer: Answer) -> Answer:
    """Name the account's own canonical id, as every list of it does."""
    owner = canonical_id(state.bucket(call.params["Bucket"]).account_id).encode()
    body = answer[2]
    for given in MOTOS_OWNERS:
        body = body.replace(given, owner)
    return with_body(answer, body.replace(b"<DisplayName>webfile</DisplayName>", b"").replace(b"<DisplayName/>", b""))


def restoring(call: ApiCall, state: CloudState, answer: Answer) -> Answer:
    """Let a restore take a while: the first look still finds it going on.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/restoring-objects.html
    """
    key = _version(call, state)
    if answer[0] == 202 and key is not None:
        key.day89_restoring = 1
    return answer


def deleted(call: ApiCall, state: CloudState, answer: Answer) -> Answer:
    """Let a delete overtake unfinished uploads of the same key."""
    overtake(call, state)
    return answer


BEFORE: Mapping[str, tuple[Callable[[ApiCall, CloudState, Inner], Answer | None], ...]] = {
    "s3.PutObjectTagging": (tag,),
    "s3.GetObjectTagging": (tags,),
    "s3.DeleteObjectTagging": (untag,),
    "s3.GetObjectRetention": (retention,),
    "s3.PutObjectAcl": (put_acl,),
}
AFTER: Mapping[str, tuple[Callable[[ApiCall, CloudState, Answer], Answer], ...]] = {
    "s3.GetObjectAcl": (owner_of_acl,),
    "s3.GetBucketAcl": (owner_of_acl,),
    "s3.RestoreObject": (restoring,),
    "s3.DeleteObject": (deleted,),
}
