"""Check task 2.3, add_lifecycle_rule: what the rule says, and what becomes of the others."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support import attempt, blamed, expect_missing, expect_value_error, works
from support_s3 import expect_s3_forbidden, new_bucket

from day89.course.checks.expectations import expect, show

PUT = "s3.PutBucketLifecycleConfiguration"


def rules_of(s3: Any, bucket: str) -> list[dict[str, Any]]:
    """Return the lifecycle rules of a bucket."""
    try:
        rules: list[dict[str, Any]] = s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    except s3.exceptions.ClientError:
        return []
    return rules


def prefix_of(rule: dict[str, Any]) -> str | None:
    """Return the prefix of a rule in whichever of S3's forms it stands; None where it covers less than the prefix."""
    chosen = rule.get("Filter", {})
    both = chosen.get("And", {})
    narrower = {"Tag", "ObjectSizeGreaterThan", "ObjectSizeLessThan"} & chosen.keys() or both.keys() - {"Prefix"}
    return None if narrower else rule.get("Prefix") or chosen.get("Prefix") or both.get("Prefix") or ""


def earlier_rules(names: Any) -> list[dict[str, Any]]:
    """Return three rules that a bucket may have before, one of them switched off."""
    return [
        {
            "ID": f"{names.word()}-logs",
            "Status": "Enabled",
            "Filter": {"Prefix": "logs/"},
            "Expiration": {"Days": names.number(20, 90)},
        },
        {
            "ID": f"{names.word()}-tagged",
            "Status": "Disabled",
            "Filter": {"And": {"Prefix": "tmp/", "Tags": [{"Key": "keep", "Value": "no"}]}},
            "Transitions": [{"Days": 40, "StorageClass": "STANDARD_IA"}, {"Days": 90, "StorageClass": "GLACIER_IR"}],
        },
        {
            "ID": f"{names.word()}-old",
            "Status": "Enabled",
            "Filter": {"ObjectSizeGreaterThan": names.number(600, 9000)},
            "NoncurrentVersionExpiration": {"NoncurrentDays": names.number(10, 60)},
        },
    ]


def one_form(rules: list[dict[str, Any]]) -> list[str]:
    """Return rules as text in an order of their own."""
    return sorted(json.dumps(rule, sort_keys=True, default=str) for rule in rules)


def added(
    task: Any, cloud: Any, s3: Any, bucket: str, rule_id: str, prefix: str, days: tuple[int, int]
) -> dict[str, Any]:
    """Call the learner's function, and return the one rule that has the id."""
    ask(task, cloud, s3, bucket, rule_id, prefix, days)
    rules = rules_of(s3, bucket)
    found = [rule for rule in rules if rule.get("ID") == rule_id]
    renamed = not found and any(rule.get("Expiration", {}).get("Days") == days[1] for rule in rules)
    expect(
        len(found) == 1,
        called=task.last_call,
        expected="one rule with that id",
        found=f"{len(found)} among the ids {show([rule.get('ID') for rule in rules])}",
        mistake="C3" if found else "C28" if renamed else "F3",
    )
    return found[0]


def ask(task: Any, cloud: Any, s3: Any, bucket: str, rule_id: str, prefix: str, days: tuple[int, int]) -> None:
    """Call the learner's function, and read from what AWS refuses which mistake it is."""
    before = len(cloud.log)
    options = {"archive_after_days": days[0], "expire_after_days": days[1]}
    ended = attempt(task, "add_lifecycle_rule", s3, bucket, rule_id, prefix, **options)
    sent = [call.params for call in cloud.log.after(before).of(PUT)]
    rules = [rule for params in sent for rule in params.get("LifecycleConfiguration", {}).get("Rules") or []]
    unfiltered = [rule for rule in rules if not {"Filter", "Prefix"} & rule.keys()]
    expect(
        ended.error is None,
        called=task.last_call,
        expected="a result",
        found=ended,
        mistake=blamed(ended, "C2" if unfiltered else "C7" if rules else None),
    )


def some_days(names: Any) -> tuple[int, int]:
    """Return days to archive after, and days to expire after."""
    archive = names.number(1, 200)
    return archive, archive + names.number(1, 300)


def expect_works_with_good_days(task: Any, names: Any, s3: Any) -> None:
    """Fail where good days are refused as well."""
    bucket = names.bucket()
    s3.create_bucket(Bucket=bucket)
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": earlier_rules(names)})
    archive, expire = some_days(names)
    days = {"archive_after_days": archive, "expire_after_days": expire}
    works(task, "add_lifecycle_rule", s3, bucket, names.word(), names.prefix(), **days)


@pytest.mark.task("2.3", "core", points=0.5)
def test_archives_after_the_days(task: Any, cloud: Any, names: Any) -> None:
    """Objects move to GLACIER, once; the least days that are allowed are 1 and 2."""
    for region, days in (("us-east-1", some_days(names)), (names.region(), (1, 2))):
        s3, bucket = new_bucket(cloud, names, region)
        rule = added(task, cloud, s3, bucket, names.word(), names.prefix(), days)
        found = [(item.get("Days"), item.get("StorageClass")) for item in rule.get("Transitions", [])]
        expect(
            found == [(days[0], "GLACIER")],
            called=task.last_call,
            expected=f"one transition, to GLACIER after {days[0]} days",
            found=show(found),
            mistake="C7" if [item[0] for item in found] == [days[0]] else "C23",
        )


@pytest.mark.task("2.3", "core", points=0.5)
def test_expires_after_the_days(task: Any, cloud: Any, names: Any) -> None:
    """Counted from the day of the upload, as the days of the transition are."""
    for _ in range(2):
        s3, bucket = new_bucket(cloud, names)
        days = some_days(names)
        found = added(task, cloud, s3, bucket, names.word(), names.prefix(), days).get("Expiration", {}).get("Days")
        expect(
            found == days[1],
            called=task.last_call,
            expected=f"expiration after {days[1]} days",
            found=show(found),
            mistake="C23",
        )


@pytest.mark.task("2.3", "core", points=0.5)
def test_rule_is_enabled_and_covers_the_prefix(task: Any, cloud: Any, names: Any) -> None:
    """Two rules, one after the other, each for exactly its prefix."""
    s3, bucket = new_bucket(cloud, names)
    for prefix, rule_id in ((names.prefix(), names.word()), (names.word(), names.word())):
        rule = added(task, cloud, s3, bucket, rule_id, prefix, some_days(names))
        expect(
            prefix_of(rule) == prefix,
            called=task.last_call,
            expected=f"a rule for every object under {prefix!r}",
            found=show(rule.get("Filter", rule.get("Prefix"))),
            mistake="C2",
        )
        found = rule.get("Status")
        expect(
            found == "Enabled", called=task.last_call, expected="the status Enabled", found=show(found), mistake="C7"
        )


@pytest.mark.task("2.3", "core", points=0.5)
def test_removes_unfinished_uploads(task: Any, cloud: Any, names: Any) -> None:
    """Parts of an upload that was never finished are billed, and no listing shows them."""
    s3, bucket = new_bucket(cloud, names)
    days = names.number(1, 6), names.number(30, 90)
    rule = added(task, cloud, s3, bucket, names.word(), names.prefix(), days)
    found = rule.get("AbortIncompleteMultipartUpload", {}).get("DaysAfterInitiation")
    expect(
        found == 7,
        called=task.last_call,
        expected="unfinished uploads to be removed after 7 days",
        found=show(found),
        mistake="C6",
    )


@pytest.mark.task("2.3", "core", points=0.5)
def test_days_must_be_positive(task: Any, cloud: Any, names: Any) -> None:
    """S3 has no day 0 here, and none before it."""
    s3, bucket = new_bucket(cloud, names)
    expect_works_with_good_days(task, names, s3)
    for archive, expire in ((0, names.number(1, 99)), (-names.number(1, 99), 30), (-9, -3)):
        expect_value_error(
            *(task, cloud, "C24", "days that are not positive"),
            *("add_lifecycle_rule", s3, bucket, names.word(), names.prefix()),
            archive_after_days=archive,
            expire_after_days=expire,
        )


@pytest.mark.task("2.3", "core", points=0.5)
def test_must_expire_after_it_archives(task: Any, cloud: Any, names: Any) -> None:
    """An object cannot be archived on the day on which it expires, or later."""
    s3, bucket = new_bucket(cloud, names)
    expect_works_with_good_days(task, names, s3)
    archive = names.number(2, 99)
    for expire in (archive, archive - 1, 1):
        expect_value_error(
            *(task, cloud, "C5", "it would expire before or when it is archived"),
            *("add_lifecycle_rule", s3, bucket, names.word(), names.prefix()),
            archive_after_days=archive,
            expire_after_days=expire,
        )


@pytest.mark.task("2.3", "mastery", points=0.75)
def test_other_rules_stay(task: Any, cloud: Any, names: Any) -> None:
    """A put replaces the whole configuration: the other rules have to be sent again, as they are.

    Also those that have the same prefix, or an id that is alike.
    """
    s3, bucket = new_bucket(cloud, names, names.region())
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": earlier_rules(names)})
    ids = [rule["ID"] for rule in rules_of(s3, bucket)]
    for rule_id, prefix in (
        (names.word(), names.prefix()),
        (ids[0].removesuffix("-logs"), "logs/"),
        (ids[1].upper(), "tmp/"),
    ):
        earlier = one_form(rules_of(s3, bucket))
        rule = added(task, cloud, s3, bucket, rule_id, prefix, some_days(names))
        found = one_form([item for item in rules_of(s3, bucket) if item["ID"] != rule["ID"]])
        expect(
            found == earlier,
            called=f"{task.last_call}, where there were {len(earlier)} other rules, with the ids {show(ids)}",
            expected="them as they were",
            found=f"{len(found)}, of which {len(set(found) & set(earlier))} are as before",
            mistake="C1",
        )
        ids.append(rule_id)


@pytest.mark.task("2.3", "mastery", points=0.5)
def test_a_rule_with_the_same_id_is_replaced(task: Any, cloud: Any, names: Any) -> None:
    """Nothing of the old rule is left, and the others are as they were."""
    s3, bucket = new_bucket(cloud, names)
    before = earlier_rules(names)
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": before})
    days, prefix, old = some_days(names), names.prefix(), before[1]["ID"]
    others = one_form([item for item in rules_of(s3, bucket) if item["ID"] != old])
    rule = added(task, cloud, s3, bucket, old, prefix, days)
    found = (prefix_of(rule), [item["Days"] for item in rule.get("Transitions", [])], rule.get("Status"))
    wanted = (prefix, [days[0]], "Enabled")
    expect(
        found == wanted,
        called=f"{task.last_call}, where a rule had this id",
        expected=f"the new one in its place, prefix, days and status {show(wanted)}",
        found=show(found),
        mistake="C2" if found[0] != prefix and found[1:] == wanted[1:] else "C7" if found[:2] == wanted[:2] else "C3",
    )
    left = one_form([item for item in rules_of(s3, bucket) if item["ID"] != old])
    expect(left == others, called=task.last_call, expected=f"the {len(others)} others", found=len(left), mistake="C1")


@pytest.mark.task("2.3", "mastery", points=0.25)
def test_an_empty_prefix_means_the_whole_bucket(task: Any, cloud: Any, names: Any) -> None:
    """A rule needs a filter, also where it covers everything; its id may be any text."""
    s3, bucket = new_bucket(cloud, names)
    rule = added(task, cloud, s3, bucket, f"Keep {names.word()}, 7 Days", "", some_days(names))
    expect(
        prefix_of(rule) == "",
        called=task.last_call,
        expected="one rule for every object",
        found=f"a rule for {show(prefix_of(rule))}",
        mistake="C2",
    )


@pytest.mark.task("2.3", "mastery", points=0.25)
def test_a_rule_for_a_missing_bucket_is_a_lookup_error(task: Any, cloud: Any, names: Any) -> None:
    """AWS says NoSuchBucket."""
    s3, there = new_bucket(cloud, names)
    s3.put_bucket_lifecycle_configuration(Bucket=there, LifecycleConfiguration={"Rules": earlier_rules(names)})
    bucket, days = names.bucket(), {"archive_after_days": 10, "expire_after_days": 20}
    works(task, "add_lifecycle_rule", s3, there, names.word(), names.prefix(), **days)
    expect_missing(task, bucket, "add_lifecycle_rule", s3, bucket, names.word(), names.prefix(), **days)


@pytest.mark.task("2.3", "mastery", points=0.25)
def test_forbidden_rules_are_not_absent_ones(task: Any, cloud: Any, names: Any) -> None:
    """Whoever may not read the rules must not overwrite them: a 403 reaches the caller as it is."""
    s3, bucket = new_bucket(cloud, names)
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": earlier_rules(names)})
    _, other = new_bucket(cloud, names)
    s3.put_bucket_lifecycle_configuration(Bucket=other, LifecycleConfiguration={"Rules": earlier_rules(names)})
    reading = ("s3.GetBucketLifecycleConfiguration", "s3.GetBucketLifecycle")
    expect_s3_forbidden(
        *(task, cloud, reading, "add_lifecycle_rule", s3, bucket, names.word(), names.prefix()),
        before=(s3, other, names.word(), names.prefix()),
        archive_after_days=10,
        expire_after_days=20,
    )
    cloud.faults.clear()
    found = len(rules_of(s3, bucket))
    expect(
        found == 3,
        called=f"{task.last_call} by somebody who may not read the rules",
        expected="the 3 as before",
        found=found,
        mistake="U12",
    )
