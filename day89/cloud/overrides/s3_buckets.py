"""Create buckets and keep their settings as S3 does, where moto says more or less than S3."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from secrets import token_hex
from typing import Any

from moto.s3.models import PublicAccessBlock

from day89.cloud.messages.errors import Answer, render
from day89.cloud.messages.model import ApiCall, AwsError
from day89.cloud.messages.moto_request import Inner
from day89.cloud.messages.xml import document, element
from day89.cloud.moto.state import CloudState
from day89.cloud.overrides import s3_encryption

__all__ = ["AFTER", "BEFORE"]

OLD_REGION, IRELAND = "EU", "eu-west-1"
CONSTRAINT = re.compile(rb"(<LocationConstraint>)EU(</LocationConstraint>)")
TAGS = re.compile(rb"<Tags>.*?</Tags>|<Tags ?/>", re.DOTALL)


def create_bucket(call: ApiCall, state: CloudState, inner: Inner) -> Answer | None:
    """Take what moto does not: the old name of a region, and tags."""
    given = call.params.get("CreateBucketConfiguration") or {}
    bucket = state.bucket(call.params["Bucket"])
    if bucket is not None and given.get("Tags") and bucket.account_id == call.account:
        message = "Your previous request to create the named bucket succeeded and you already own it."
        refusal = AwsError("BucketAlreadyOwnedByYou", message, 409, {"BucketName": bucket.name})
        return render(refusal, "rest-xml")
    if given.get("LocationConstraint") == OLD_REGION and call.region == IRELAND:
        inner.set_body(CONSTRAINT.sub(rb"\1eu-west-1\2", inner.body))
    if "Tags" in given:
        inner.set_body(TAGS.sub(b"", inner.body))
    return None


def new_bucket(call: ApiCall, state: CloudState, answer: Answer) -> Answer:
    """Give a new bucket what S3 gives it since January and April 2023: encryption, and no public access."""
    bucket = state.bucket(call.params["Bucket"])
    given = call.params.get("CreateBucketConfiguration") or {}
    if bucket.name not in state.buckets_seen:
        state.buckets_seen.add(bucket.name)
        bucket.encryption = s3_encryption.DEFAULT
        bucket.public_access_block = PublicAccessBlock("true", "true", "true", "true")
        if bucket.ownership_rule is None:
            # Whoever names an ACL gets a bucket that has them.
            bucket.ownership_rule = "ObjectWriter" if call.params.get("ACL") else "BucketOwnerEnforced"
        if given.get("LocationConstraint") == OLD_REGION:
            bucket.day89_location = OLD_REGION
        if given.get("Tags"):
            tags = {tag["Key"]: tag["Value"] for tag in given["Tags"]}
            state.backend("s3", bucket.account_id).put_bucket_tagging(bucket.name, tags)
    host = f"http://{bucket.name}.s3.amazonaws.com/"
    location = f"/{bucket.name}" if bucket.region_name == "us-east-1" else host
    return 200, {"Location": location, "x-amz-bucket-arn": f"arn:aws:s3:::{bucket.name}"}, b""


def gone_bucket(call: ApiCall, state: CloudState, answer: Answer) -> Answer:
    """Let a bucket that is made again be a new one."""
    state.buckets_seen.discard(call.params["Bucket"])
    return answer


def location(call: ApiCall, state: CloudState, inner: Inner) -> Answer | None:
    """Answer GetBucketLocation: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLocation.html"""
    bucket = state.bucket(call.params["Bucket"])
    region = getattr(bucket, "day89_location", bucket.region_name)
    return document("LocationConstraint", "" if region == "us-east-1" else region)


def head_bucket(call: ApiCall, state: CloudState, answer: Answer) -> Answer:
    """Name a bucket's region and ARN: https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html"""
    bucket = state.bucket(call.params["Bucket"])
    told = {"x-amz-bucket-region": bucket.region_name, "x-amz-access-point-alias": "false"}
    return answer[0], {**answer[1], **told, "x-amz-bucket-arn": f"arn:aws:s3:::{bucket.name}"}, answer[2]


def tag_bucket(call: ApiCall, state: CloudState, inner: Inner) -> Answer | None:
    """Answer PutBucketTagging, also with no tags: https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketTagging.html"""
    bucket = state.bucket(call.params["Bucket"])
    tags = {tag["Key"]: tag["Value"] for tag in (call.params.get("Tagging") or {}).get("TagSet") or []}
    state.backend("s3", bucket.account_id).put_bucket_tagging(bucket.name, tags)
    return 204, {}, b""


def tags_of_bucket(call: ApiCall, state: CloudState, inner: Inner) -> Answer | None:
    """Answer GetBucketTagging: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketTagging.html"""
    bucket = state.bucket(call.params["Bucket"])
    tags = state.backend("s3", bucket.account_id).tagger.get_tag_dict_for_resource(bucket.arn)
    if not tags:
        refusal = AwsError("NoSuchTagSet", "The TagSet does not exist", 404, {"BucketName": bucket.name})
        return render(refusal, "rest-xml")
    each = "".join(f"<Tag>{element('Key', key)}{element('Value', value or '')}</Tag>" for key, value in tags.items())
    return document("Tagging", f"<TagSet>{each}</TagSet>")


def no_content(call: ApiCall, state: CloudState, answer: Answer) -> Answer:
    """Answer with 204 where S3 does."""
    return 204, {}, b""


def lock(call: ApiCall, state: CloudState, inner: Inner) -> Answer | None:
    """Answer GetObjectLockConfiguration: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectLockConfiguration.html"""
    bucket = state.bucket(call.params["Bucket"])
    text = element("ObjectLockEnabled", "Enabled")
    if bucket.default_lock_mode:
        length = element("Days", bucket.default_lock_days or None) + element("Years", bucket.default_lock_years or None)
        rule = element("Mode", bucket.default_lock_mode) + length
        text += f"<Rule><DefaultRetention>{rule}</DefaultRetention></Rule>"
    return document("ObjectLockConfiguration", text)


def put_lock(call: ApiCall, state: CloudState, inner: Inner) -> Answer | None:
    """Answer PutObjectLockConfiguration, also for a bucket that has objects: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-configure.html"""
    bucket = state.bucket(call.params["Bucket"])
    rule = (call.params["ObjectLockConfiguration"].get("Rule") or {}).get("DefaultRetention") or {}
    bucket.object_lock_enabled = True
    bucket.default_lock_mode = rule.get("Mode")
    bucket.default_lock_days = int(rule.get("Days") or 0)
    bucket.default_lock_years = int(rule.get("Years") or 0)
    return 200, {}, b""


def pay(call: ApiCall, state: CloudState, inner: Inner) -> Answer | None:
    """Answer PutBucketRequestPayment and GetBucketRequestPayment: who pays is kept, nobody pays."""
    bucket = state.bucket(call.params["Bucket"])
    if call.operation == "PutBucketRequestPayment":
        bucket.day89_payer = call.params["RequestPaymentConfiguration"]["Payer"]
        return 200, {}, b""
    payer = getattr(bucket, "day89_payer", "BucketOwner")
    return document("RequestPaymentConfiguration", element("Payer", payer))


def keep_lifecycle(call: ApiCall, state: CloudState, answer: Answer) -> Answer:
    """Keep lifecycle rules as they were put: by them S3 tells when an object expires. One without an id gets one."""
    rules: list[dict[str, Any]] = (call.params.get("LifecycleConfiguration") or {}).get("Rules") or []
    bucket = state.bucket(call.params["Bucket"])
    for rule, kept in zip(rules, bucket.rules, strict=True):
        kept.id = rule["ID"] = rule.get("ID") or token_hex(24)
    bucket.day89_lifecycle = rules
    bucket.day89_transition = call.params.get("TransitionDefaultMinimumObjectSize")
    return show_transition(call, state, answer)


def show_transition(call: ApiCall, state: CloudState, answer: Answer) -> Answer:
    """Say how small an object may be that moves: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketLifecycleConfiguration.html"""
    size = getattr(state.bucket(call.params["Bucket"]), "day89_transition", None) or "all_storage_classes_128K"
    return answer[0], {**answer[1], "x-amz-transition-default-minimum-object-size": size}, answer[2]


def forget_lifecycle(call: ApiCall, state: CloudState, answer: Answer) -> Answer:
    """Forget the rules."""
    state.bucket(call.params["Bucket"]).day89_lifecycle = []
    return answer


BEFORE: Mapping[str, tuple[Callable[[ApiCall, CloudState, Inner], Answer | None], ...]] = {
    "s3.CreateBucket": (create_bucket,),
    "s3.GetBucketLocation": (location,),
    "s3.PutBucketTagging": (tag_bucket,),
    "s3.GetBucketTagging": (tags_of_bucket,),
    "s3.GetObjectLockConfiguration": (lock,),
    "s3.PutObjectLockConfiguration": (put_lock,),
    "s3.PutBucketRequestPayment": (pay,),
    "s3.GetBucketRequestPayment": (pay,),
}
AFTER: Mapping[str, tuple[Callable[[ApiCall, CloudState, Answer], Answer], ...]] = {
    "s3.CreateBucket": (new_bucket,),
    "s3.DeleteBucket": (gone_bucket,),
    "s3.HeadBucket": (head_bucket,),
    "s3.PutBucketPolicy": (no_content,),
    "s3.PutBucketLifecycleConfiguration": (keep_lifecycle,),
    "s3.GetBucketLifecycleConfiguration": (show_transition,),
    "s3.DeleteBucketLifecycle": (forget_lifecycle,),
}
