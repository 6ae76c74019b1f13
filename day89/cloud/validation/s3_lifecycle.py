"""Refuse lifecycle rules and bucket policies that S3 refuses."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from day89.cloud.messages.model import ApiCall, AwsError
from day89.cloud.messages.moments import moment
from day89.cloud.moto.state import CloudState
from day89.cloud.validation.principals import unknown_principal
from day89.cloud.validation.s3_objects import MALFORMED

__all__ = ["RULES", "is_public"]

CLASSES = frozenset({"STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE"})
ACTIONS = (
    "Expiration",
    "Transitions",
    "NoncurrentVersionExpiration",
    "NoncurrentVersionTransitions",
    "AbortIncompleteMultipartUpload",
)
RULES_A_BUCKET = 1000
ID_LENGTH = 255
POLICY_BYTES = 20 * 1024


def lifecycle(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse rules that S3 would: https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-configuration-examples.html"""
    rules = (call.params.get("LifecycleConfiguration") or {}).get("Rules") or []
    if not 0 < len(rules) <= RULES_A_BUCKET:
        return MALFORMED
    size = call.params.get("TransitionDefaultMinimumObjectSize")
    if size not in (None, "all_storage_classes_128K", "varies_by_storage_class"):
        return AwsError("InvalidRequest", f"Invalid TransitionDefaultMinimumObjectSize found: {size}")
    ids = [rule["ID"] for rule in rules if rule.get("ID")]
    if len(ids) != len(set(ids)):
        return _argument("Rule ID must be unique. Found same ID for one or more rules")
    if any("Prefix" in rule for rule in rules) and any("Filter" in rule for rule in rules):
        # One rule of the old form makes it a configuration of the old form, which knows no Filter.
        return AwsError("InvalidRequest", "Filter element can only be used in Lifecycle V2.")
    for rule in rules:
        refusal = next((found for check in CHECKS if (found := check(rule)) is not None), None)
        if refusal is not None:
            return refusal
    return None


def _shape(rule: Mapping[str, Any]) -> AwsError | None:
    if rule.get("Status") not in ("Enabled", "Disabled"):
        return MALFORMED
    if len(rule.get("ID") or "") > ID_LENGTH:
        return _argument("ID length should not exceed allowed limit of 255")
    if "Filter" not in rule and "Prefix" not in rule:
        return MALFORMED
    if not any(action in rule for action in ACTIONS):
        return AwsError("InvalidRequest", "At least one action needs to be specified in a rule")
    if not _actions_are_whole(rule):
        return MALFORMED
    known = all(step.get("StorageClass") in CLASSES for step in _steps(rule))
    return None if known else MALFORMED


def _actions_are_whole(rule: Mapping[str, Any]) -> bool:
    """Return whether each action says when, and an expiry only one thing."""
    expiration = rule.get("Expiration")
    if expiration is not None and len({"Days", "Date", "ExpiredObjectDeleteMarker"} & set(expiration)) != 1:
        return False
    noncurrent = rule.get("NoncurrentVersionExpiration")
    if noncurrent is not None and "NoncurrentDays" not in noncurrent:
        return False
    abort = rule.get("AbortIncompleteMultipartUpload")
    if abort is not None and "DaysAfterInitiation" not in abort:
        return False
    moves = rule.get("Transitions") or []
    return all(len({"Days", "Date"} & set(step)) == 1 for step in moves)


def _filter(rule: Mapping[str, Any]) -> AwsError | None:
    """Refuse a filter by more than one thing, but for And: https://docs.aws.amazon.com/AmazonS3/latest/API/API_LifecycleRuleFilter.html"""
    chosen = rule.get("Filter")
    if chosen is None:
        return None
    if "Prefix" in rule or len(chosen) > 1:
        return MALFORMED
    tags = [tag.get("Key") for tag in (chosen.get("And") or {}).get("Tags") or []]
    if len(tags) > len(set(tags)):
        return AwsError("InvalidRequest", "Duplicate Tag Keys are not allowed.")
    return None


def _midnight(rule: Mapping[str, Any]) -> AwsError | None:
    """Refuse dates with a time of day."""
    dates = [step.get("Date") for step in [rule.get("Expiration") or {}, *(rule.get("Transitions") or [])]]
    for given in filter(None, dates):
        when = moment(given)
        if when is None:
            return MALFORMED
        if (when.hour, when.minute, when.second, when.microsecond) != (0, 0, 0, 0):
            fields = {"ArgumentName": "Date", "ArgumentValue": when.strftime("%Y-%m-%dT%H:%M:%S.000Z")}
            return AwsError("InvalidArgument", "'Date' must be at midnight GMT", 400, fields)
    return None


def _days(rule: Mapping[str, Any]) -> AwsError | None:
    # https://docs.aws.amazon.com/AmazonS3/latest/API/API_Transition.html and API_LifecycleExpiration.html
    expiration = rule.get("Expiration") or {}
    if "Days" in expiration and int(expiration["Days"]) <= 0:
        return _argument("'Days' for Expiration action must be a positive integer")
    abort = rule.get("AbortIncompleteMultipartUpload") or {}
    if "DaysAfterInitiation" in abort and int(abort["DaysAfterInitiation"]) <= 0:
        return _argument("'DaysAfterInitiation' for AbortIncompleteMultipartUpload action must be a positive integer")
    for step in rule.get("Transitions") or []:
        # Until mid-2026 the IA classes wanted 30 here; now an early move is taken, and the 30 days are billed.
        if "Days" in step and int(step["Days"]) < 0:
            return _argument("'Days' in Transition action must be nonnegative")
    return None


def _line(rule: Mapping[str, Any]) -> AwsError | None:
    """Refuse a life that is not a line: what expires must do so after it has moved."""
    last = (rule.get("Expiration") or {}).get("Days")
    for step in rule.get("Transitions") or []:
        if last is not None and "Days" in step and int(last) <= int(step["Days"]):
            prefix = _prefix(rule)
            return _argument(
                f"'Days' in the Expiration action for filter '(prefix={prefix})' must be greater than "
                f"'Days' in the Transition action"
            )
    return None


def _abort_with_tags(rule: Mapping[str, Any]) -> AwsError | None:
    chosen = rule.get("Filter") or {}
    tagged = "Tag" in chosen or "Tags" in (chosen.get("And") or {})
    if tagged and rule.get("AbortIncompleteMultipartUpload"):
        return AwsError("InvalidRequest", "AbortIncompleteMultipartUpload cannot be specified with Tags.")
    return None


CHECKS: tuple[Callable[[Mapping[str, Any]], AwsError | None], ...] = (
    _shape,
    _filter,
    _midnight,
    _days,
    _line,
    _abort_with_tags,
)


def _steps(rule: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [*(rule.get("Transitions") or []), *(rule.get("NoncurrentVersionTransitions") or [])]


def _prefix(rule: Mapping[str, Any]) -> str:
    chosen = rule.get("Filter") or {}
    return str(rule.get("Prefix") or chosen.get("Prefix") or (chosen.get("And") or {}).get("Prefix") or "")


def _argument(message: str) -> AwsError:
    return AwsError("InvalidArgument", message)


def bucket_policy(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse policies that S3 cannot read or may not take.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
    """
    text = call.params.get("Policy") or ""
    text = text.decode() if isinstance(text, bytes) else text
    problem = policy_problem(text, call.params.get("Bucket", "")) or _principal_problem(text, state, call)
    if problem:
        return AwsError("MalformedPolicy", problem)
    bucket = state.bucket(call.params.get("Bucket", ""))
    block = getattr(bucket, "public_access_block", None)
    if block is not None and block.block_public_policy and is_public(json.loads(text)):
        message = "User is not authorized to perform: s3:PutBucketPolicy because public policies are prevented by the "
        return AwsError("AccessDenied", message + "BlockPublicPolicy setting in S3 Block Public Access.", 403)
    return None


def policy_problem(text: str, bucket: str) -> str | None:
    """Say what is wrong with a bucket policy, in S3's words; None where nothing is."""
    try:
        document = json.loads(text)
    except ValueError:
        return "Policies must be valid JSON and the first byte must be '{'"
    if not isinstance(document, dict) or not document.get("Statement"):
        return "Missing required field Statement"
    if len(text.encode()) > POLICY_BYTES:
        return "Policies may not exceed the maximum allowed size of 20480 bytes"
    if document.get("Version") not in (None, "2012-10-17", "2008-10-17"):
        return "The policy must contain a valid version string"
    statements = document["Statement"]
    for statement in statements if isinstance(statements, list) else [statements]:
        problem = _statement_problem(statement, bucket)
        if problem:
            return problem
    return None


def _principal_problem(text: str, state: CloudState, call: ApiCall) -> str | None:
    statements = _listed(json.loads(text)["Statement"])
    unknown = any(unknown_principal(one, state, call.account) is not None for one in statements)
    return "Invalid principal in policy" if unknown else None


def _statement_problem(statement: Any, bucket: str) -> str | None:
    if not isinstance(statement, dict) or statement.get("Effect") not in ("Allow", "Deny"):
        return f"Invalid effect: {statement.get('Effect') if isinstance(statement, dict) else statement}"
    for name in ("Principal", "Action", "Resource"):
        if name not in statement and f"Not{name}" not in statement:
            return f"Missing required field {name}"
    actions = _listed(statement.get("Action", statement.get("NotAction")))
    if not all(isinstance(action, str) and (action == "*" or action.lower().startswith("s3:")) for action in actions):
        return "Policy has invalid action"
    own = f"arn:aws:s3:::{bucket}"
    resources = _listed(statement.get("Resource", statement.get("NotResource")))
    if not all(isinstance(one, str) and (one == own or one.startswith((own + "/", own + "*"))) for one in resources):
        return "Policy has invalid resource"
    return None


def is_public(document: Mapping[str, Any]) -> bool:
    """Return whether a policy lets everybody in.

    A condition on a source (network, account, principal, organisation) with a fixed value makes it not public.
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status
    """
    return any(
        statement.get("Effect") == "Allow" and _is_everybody(statement.get("Principal")) and not _is_bound(statement)
        for statement in _listed(document.get("Statement"))
    )


BINDING = frozenset(
    {
        "aws:sourceip",
        "aws:sourcearn",
        "aws:sourcevpc",
        "aws:sourcevpce",
        "aws:sourceowner",
        "aws:sourceaccount",
        "aws:userid",
        "aws:principalorgid",
        "aws:principalaccount",
        "aws:principalarn",
        "s3:dataaccesspointaccount",
        "s3:dataaccesspointarn",
        "s3:x-amz-server-side-encryption-aws-kms-key-id",
    }
)


def _is_bound(statement: Mapping[str, Any]) -> bool:
    conditions = (statement.get("Condition") or {}).values()
    return any(
        key.lower() in BINDING and not any("*" in str(one) or str(one) == "0.0.0.0/0" for one in _listed(value))
        for block in conditions
        for key, value in block.items()
    )


def _is_everybody(principal: Any) -> bool:
    named = principal.get("AWS") if isinstance(principal, dict) else principal
    return "*" in _listed(named)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


RULES: Mapping[str, tuple[Callable[[ApiCall, CloudState], AwsError | None], ...]] = {
    "s3.PutBucketLifecycleConfiguration": (lifecycle,),
    "s3.PutBucketPolicy": (bucket_policy,),
}
