"""Refuse settings of buckets that S3 refuses: websites, CORS, logging, notifications, acceleration, payment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from day89.cloud.auth.evaluate import Access, parse_policy, service_may
from day89.cloud.messages.model import ApiCall, AwsError
from day89.cloud.moto.state import CloudState
from day89.cloud.validation.s3_objects import MALFORMED

__all__ = ["RULES"]

NOT_ALLOWED = "Permissions on the destination queue do not allow S3 to publish notifications from this bucket"
METHODS = frozenset({"GET", "PUT", "HEAD", "POST", "DELETE"})
TARGETS = {
    "QueueConfigurations": ("Queue", "QueueArn", "sqs"),
    "TopicConfigurations": ("Topic", "TopicArn", "sns"),
    "LambdaFunctionConfigurations": ("CloudFunction", "LambdaFunctionArn", "lambda"),
}


def _argument(message: str, name: str, value: str | None = None) -> AwsError:
    fields = {"ArgumentName": name} if value is None else {"ArgumentName": name, "ArgumentValue": value}
    return AwsError("InvalidArgument", message, 400, fields)


def website(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse websites without an index, or with one that is no name: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketWebsite.html"""
    given = call.params.get("WebsiteConfiguration") or {}
    redirect, index = given.get("RedirectAllRequestsTo"), given.get("IndexDocument")
    if redirect is not None:
        if index is not None or given.get("ErrorDocument") is not None or "RoutingRules" in given:
            message = "RedirectAllRequestsTo cannot be provided in conjunction with other Routing Rules."
            return _argument(message, "RedirectAllRequestsTo", "not null")
        return _protocol(redirect)
    if index is None:
        message = "A value for IndexDocument Suffix must be provided if RedirectAllRequestsTo is empty"
        return _argument(message, "IndexDocument", "null")
    suffix = index.get("Suffix") or ""
    if not suffix or "/" in suffix:
        return _argument("The IndexDocument Suffix is not well formed", "IndexDocument", suffix)
    if "RoutingRules" in given and not given["RoutingRules"]:
        return MALFORMED
    return next((found for rule in given.get("RoutingRules") or [] if (found := _route(rule)) is not None), None)


def _route(rule: Mapping[str, Any]) -> AwsError | None:
    redirect = rule.get("Redirect")
    if not redirect:
        return MALFORMED
    if "ReplaceKeyPrefixWith" in redirect and "ReplaceKeyWith" in redirect:
        return AwsError("InvalidRequest", "You can only define ReplaceKeyPrefix or ReplaceKey but not both.")
    if "Condition" in rule and not rule["Condition"]:
        message = (
            "Condition cannot be empty. To redirect all requests without a condition, the condition element shouldn't "
            "be present."
        )
        return AwsError("InvalidRequest", message)
    return _protocol(redirect)


def _protocol(redirect: Mapping[str, Any]) -> AwsError | None:
    if redirect.get("Protocol") in (None, "http", "https"):
        return None
    message = (
        "Invalid protocol, protocol can be http or https. If not defined the protocol will be selected automatically."
    )
    return AwsError("InvalidRequest", message)


def cors(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse rules that S3 does: https://docs.aws.amazon.com/AmazonS3/latest/userguide/ManageCorsUsing.html"""
    rules = (call.params.get("CORSConfiguration") or {}).get("CORSRules") or []
    if not 0 < len(rules) <= 100:
        return MALFORMED
    for rule in rules:
        methods, origins = rule.get("AllowedMethods") or [], rule.get("AllowedOrigins") or []
        if not methods or not origins:
            return MALFORMED
        unknown = next((method for method in methods if method not in METHODS), None)
        if unknown is not None:
            message = f"Found unsupported HTTP method in CORS config. Unsupported method is {unknown}"
            return AwsError("InvalidRequest", message)
        wild = next((origin for origin in origins if str(origin).count("*") > 1), None)
        if wild is not None:
            message = f'AllowedOrigin "{wild}" can not have more than one wildcard.'
            return AwsError("InvalidRequest", message)
    return None


def logging(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse target buckets that are not there, or elsewhere: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLogging.html"""
    given = (call.params.get("BucketLoggingStatus") or {}).get("LoggingEnabled")
    if given is None:
        return None
    name = given.get("TargetBucket")
    if not name:
        return MALFORMED
    source, target = state.bucket(call.params["Bucket"]), state.bucket(name)
    if target is None or target.account_id != source.account_id:
        message = "The target bucket for logging does not exist"
        return AwsError("InvalidTargetBucketForLogging", message, 400, {"TargetBucket": name})
    if target.region_name == source.region_name:
        return None
    fields = {"TargetBucketLocation": target.region_name}
    if source.region_name != "us-east-1":
        fields = {"SourceBucketLocation": source.region_name, **fields}
    message = "Cross S3 location logging not allowed. "
    return AwsError("CrossLocationLoggingProhibitted", message, 403, fields)  # AWS spells it so


def notifications(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse filters that are malformed, and queues that are not there or do not let S3 send.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/grant-destinations-permissions-to-s3.html
    """
    settings = call.params.get("NotificationConfiguration") or {}
    named = [(kind, one) for kind in TARGETS for one in settings.get(kind) or []]
    for kind, one in named:
        refusal = _notification(kind, one)
        if refusal is not None:
            return refusal
    if str(call.params.get("SkipDestinationValidation")).lower() == "true":
        return None
    arns = [one["QueueArn"] for kind, one in named if kind == "QueueConfigurations"]  # only queues exist in this cloud
    wrong = [(arn, why) for arn in arns if (why := _unreachable(call, state, arn))]
    if not wrong:
        return None
    fields: dict[str, str] = {}
    for number, (arn, why) in enumerate(wrong, 1):
        fields |= {f"ArgumentName{number}": arn, f"ArgumentValue{number}": why}
    message = "Unable to validate the following destination configurations"
    return AwsError("InvalidArgument", message, 400, fields)


def _notification(kind: str, one: Mapping[str, Any]) -> AwsError | None:
    name, member, service = TARGETS[kind]
    arn = str(one.get(member) or "")
    if not one.get("Events"):
        return MALFORMED
    for rule in ((one.get("Filter") or {}).get("Key") or {}).get("FilterRules") or []:
        rule = rule or {}
        if rule.get("Name") is None or rule.get("Value") is None:
            return MALFORMED
        if rule["Name"].lower() not in ("prefix", "suffix"):
            return _argument("filter rule name must be either prefix or suffix", "FilterRule.Name", rule["Name"])
    parts = arn.split(":")
    if len(parts) < 6 or parts[0] != "arn" or parts[2] != service:
        return _argument("The ARN could not be parsed", name, arn)
    unknown = next((event for event in one["Events"] if not str(event).startswith("s3:")), None)
    if unknown is not None:
        return _argument("A specified event is not supported for notifications.", "Event", str(unknown))
    return None


def _unreachable(call: ApiCall, state: CloudState, arn: str) -> str | None:
    """Return why S3 cannot send to a queue, or None."""
    parts = arn.split(":")
    queue = state.backend("sqs", parts[4], parts[3]).queues.get(parts[5])
    if queue is None:
        return "The destination queue does not exist"
    context = {"aws:sourcearn": f"arn:aws:s3:::{call.params.get('Bucket')}", "aws:sourceaccount": call.account}
    access = Access("sqs:SendMessage", arn, context)
    allowed = service_may(parse_policy(queue.policy or None), "s3.amazonaws.com", access)
    return None if allowed else NOT_ALLOWED


def acceleration(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse a status that does not exist, and names with a dot: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketAccelerateConfiguration.html"""
    if "." in call.params["Bucket"]:
        message = "S3 Transfer Acceleration is not supported for buckets with periods (.) in their names"
        return AwsError("InvalidRequest", message)
    given = (call.params.get("AccelerateConfiguration") or {}).get("Status")
    return None if given in ("Enabled", "Suspended") else MALFORMED


def payer(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse payers that do not exist: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketRequestPayment.html"""
    given = (call.params.get("RequestPaymentConfiguration") or {}).get("Payer")
    return None if given in ("BucketOwner", "Requester") else MALFORMED


def replication(call: ApiCall, state: CloudState) -> AwsError | None:
    """Refuse replication without versions: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketReplication.html"""
    if state.bucket(call.params["Bucket"]).versioning_status != "Enabled":
        message = "Versioning must be 'Enabled' on the bucket to apply a replication configuration"
        return AwsError("InvalidRequest", message)
    rules = (call.params.get("ReplicationConfiguration") or {}).get("Rules") or []
    if not rules:
        return MALFORMED
    for rule in rules:
        target = state.bucket(str((rule.get("Destination") or {}).get("Bucket") or "").removeprefix("arn:aws:s3:::"))
        if target is None or target.versioning_status != "Enabled":
            return AwsError("InvalidRequest", "Destination bucket must have versioning enabled.")
    return None


RULES: Mapping[str, tuple[Callable[[ApiCall, CloudState], AwsError | None], ...]] = {
    "s3.PutBucketWebsite": (website,),
    "s3.PutBucketCors": (cors,),
    "s3.PutBucketLogging": (logging,),
    "s3.PutBucketNotificationConfiguration": (notifications,),
    "s3.PutBucketAccelerateConfiguration": (acceleration,),
    "s3.PutBucketRequestPayment": (payer,),
    "s3.PutBucketReplication": (replication,),
}
