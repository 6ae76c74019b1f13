"""Allow or deny a call by the policies of its principal and of its resources."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import replace

from day89.cloud.auth import identities
from day89.cloud.auth.actions import accesses_of
from day89.cloud.auth.evaluate import ANONYMOUS, Access, Decision, Document, Effect, Principal, decide
from day89.cloud.auth.keys import find_key
from day89.cloud.messages.model import ApiCall, AwsError
from day89.cloud.moto.state import CloudState

__all__ = ["judge"]

# https://docs.aws.amazon.com/service-authorization/latest/reference/ and each service's page of common errors
CODES = {"ec2": "UnauthorizedOperation", "ssm": "AccessDeniedException", "logs": "AccessDeniedException"}
JSON_STATUS = {"ssm": 400, "logs": 400}
BUCKET_POLICY_OPERATIONS = frozenset({"GetBucketPolicy", "PutBucketPolicy", "DeleteBucketPolicy"})


def judge(call: ApiCall, state: CloudState) -> AwsError | None:
    """Decide a call whose signature is known to be right.

    Args:
        call: the call; a DeleteObjects passes here, because each of its keys is judged as a DeleteObject of its own.
        state: the cloud.

    Returns:
        AWS's refusal, or None.

    The account's own credentials (the cloud's) need no identity policy, but a bucket policy's Deny holds for them too;
    only the bucket policy itself stays within their reach, as it does for the root user.
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-policies.html
    """
    if call.service == "s3" and call.operation == "DeleteObjects":
        return None
    if call.service == "iam" and call.params.get("PolicyArn"):
        identities.load_managed(call.account, call.params["PolicyArn"])
    bucket = state.bucket(call.params["Bucket"]) if call.service == "s3" and call.params.get("Bucket") else None
    if call.service == "s3" and call.params.get("Bucket") and bucket is None and call.operation != "CreateBucket":
        return None  # no such bucket, which the rules say
    principal = _principal(call, state)
    if principal.kind == "root" and _needs_nothing(call, principal, bucket):
        return None
    return _judge_all(call, state, principal)


def _principal(call: ApiCall, state: CloudState) -> Principal:
    key = find_key(state, call.access_key) if call.access_key else None
    return key.principal if key else ANONYMOUS


def _needs_nothing(call: ApiCall, principal: Principal, bucket: object) -> bool:
    if call.service != "s3":
        return True
    if call.operation in {"CopyObject", "UploadPartCopy"}:
        return False
    own = bucket is None or call.operation == "CreateBucket" or principal.account == identities.owner_of(bucket)
    return own and (not identities.bucket_policy(bucket) or call.operation in BUCKET_POLICY_OPERATIONS)


def _judge_all(call: ApiCall, state: CloudState, principal: Principal) -> AwsError | None:
    identity = identities.identity_policies(principal)
    general = _general_context(call, principal)
    for access in accesses_of(call):
        access = _completed(access, call, general)
        decision = _decide(access, principal, identity, state, call)
        if not decision.allowed:
            return _denied(call, access, principal, decision)
    return _hidden(call, state, principal, identity, general)


def _general_context(call: ApiCall, principal: Principal) -> dict[str, str | list[str]]:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html"""
    context: dict[str, str | list[str]] = {
        "aws:securetransport": "true" if call.secure else "false",
        "aws:sourceip": call.source_ip,
        "aws:requestedregion": call.region,
        "aws:currenttime": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "aws:epochtime": str(int(time.time())),
        "aws:viaawsservice": "false",
        "aws:useragent": str(call.headers.get("User-Agent") or ""),
        "s3:authtype": "REST-QUERY-STRING" if call.presigned else "REST-HEADER",
        "s3:signatureversion": "AWS4-HMAC-SHA256",
    }
    if call.secure:
        context["s3:tlsversion"] = "1.3"
    if principal.kind == "anonymous":
        return context | {"aws:principaltype": "Anonymous"}
    context |= {"aws:principalarn": principal.role_arn or principal.arn, "aws:principalaccount": principal.account}
    kinds = {"root": "Account", "user": "User", "role": "AssumedRole"}
    context["aws:principaltype"] = kinds[principal.kind]
    if principal.kind == "user":
        context["aws:username"] = principal.name
    tags = identities.tags_of(principal)
    return context | {f"aws:principaltag/{name.lower()}": value for name, value in tags.items()}


def _completed(access: Access, call: ApiCall, general: dict[str, str | list[str]]) -> Access:
    """Put into an access what only the state knows: the tags of a resource, the role in a profile."""
    context = {**general, **access.context}
    profile = context.pop("day89:profile", None)
    if isinstance(profile, str):
        role = identities.profile_role(call.account, profile)
        return Access(access.action, role.arn if role else access.resource, context)
    if access.action.startswith("ec2:") and ":instance/i-" in access.resource:
        instance = identities.instance_of(call.account, call.region, access.resource.rpartition("/")[2])
        context |= identities.instance_context(instance)
    return replace(access, context=context)


def _decide(
    access: Access, principal: Principal, identity: Iterable[Document], state: CloudState, call: ApiCall
) -> Decision:
    if not access.action.startswith("s3:"):
        return decide(access, principal, identity)
    name, _, key = access.resource.removeprefix("arn:aws:s3:::").partition("/")
    bucket = state.bucket(name)
    if bucket is None or call.operation == "CreateBucket":  # whoever has the name already: the rules say so
        return decide(access, principal, identity)
    document = identities.bucket_policy(bucket)
    if principal.kind == "root" and call.operation in BUCKET_POLICY_OPERATIONS:
        document = None
    if principal.kind == "anonymous" and identities.restricts_public(bucket):
        document = None
    decision = decide(access, principal, identity, document, owner=identities.owner_of(bucket))
    if decision.effect is Effect.IMPLICIT_DENY and identities.acl_allows(bucket, key, access.action):
        return Decision(Effect.ALLOW)
    return decision


def _hidden(
    call: ApiCall,
    state: CloudState,
    principal: Principal,
    identity: list[Document],
    general: dict[str, str | list[str]],
) -> AwsError | None:
    """Refuse to say that a key is missing to whoever may not list the bucket.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html (Permissions)
    """
    if call.service != "s3" or call.operation not in {"GetObject", "HeadObject"}:
        return None
    bucket = state.bucket(call.params["Bucket"])
    if bucket is None or identities.has_key(bucket, call.params["Key"]):
        return None
    access = Access("s3:ListBucket", f"arn:aws:s3:::{call.params['Bucket']}", general)
    decision = _decide(access, principal, identity, state, call)
    return None if decision.allowed else _denied(call, access, principal, decision)


def _denied(call: ApiCall, access: Access, principal: Principal, decision: Decision) -> AwsError:
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html"""
    resource = f'"{access.resource}"' if call.service == "s3" else access.resource
    message = (
        f"User: {principal.arn} is not authorized to perform: {access.action} on resource: {resource} {decision.reason}"
    )
    if principal.kind == "anonymous":
        message = "Access Denied"
    if call.service == "ec2":
        message = f"You are not authorized to perform this operation. {message}"
    return AwsError(CODES.get(call.service, "AccessDenied"), message, JSON_STATUS.get(call.service, 403))
