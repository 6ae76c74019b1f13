"""Run ``aws s3 cp|mv|sync|rm|ls|mb|rb|presign``.

https://docs.aws.amazon.com/cli/latest/reference/s3/
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from day89.cloud.guest.aws.options import CommandLine, Usage
from day89.cloud.guest.aws.s3_transfer import Failed, chosen, keys, report, rules_of, sync, to_place, transfer

__all__ = ["Failed", "run"]


def run(s3: Any, options: CommandLine) -> int:
    """Run one command of ``aws s3``.

    Args:
        s3: boto3 client.
        options: command line.
    """
    commands = {
        "cp": transfer, "mv": transfer, "sync": sync, "rm": _remove, "ls": _list, "mb": _make, "rb": _unmake,
        "presign": _presign,
    }  # fmt: skip
    if options.command not in commands:
        raise Usage(f"argument subcommand: Invalid choice: '{options.command}'")
    return commands[options.command](s3, options)


def _remove(s3: Any, options: CommandLine) -> int:
    recursive, rules, dry = options.take_flag("--recursive"), rules_of(options), options.take_flag("--dryrun")
    (target,) = map(to_place, options.positional(1, 1))
    if target.bucket is None:
        raise Usage("Invalid argument type")
    found = [item["Key"] for item in keys(s3, target.bucket, target.key)] if recursive else [target.key]
    for key in found:
        if chosen(key[len(target.key) :].lstrip("/") if recursive else key, rules):
            if not dry:
                s3.delete_object(Bucket=target.bucket, Key=key)
            report(options, f"{'(dryrun) ' if dry else ''}delete: s3://{target.bucket}/{key}")
    return 0


def _list(s3: Any, options: CommandLine) -> int:
    recursive, human = options.take_flag("--recursive"), options.take_flag("--human-readable")
    summary = options.take_flag("--summarize")
    words = options.positional(0, 1)
    place = to_place(words[0] if words and words[0].startswith("s3://") else f"s3://{words[0] if words else ''}")
    if not place.bucket:
        for bucket in s3.list_buckets()["Buckets"]:
            print(f"{_when(bucket['CreationDate'])} {bucket['Name']}")
        return 0
    count = total = prefixes = 0
    options_of_page = {} if recursive else {"Delimiter": "/"}
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=place.bucket, Prefix=place.key, **options_of_page)
    for page in pages:
        for prefix in page.get("CommonPrefixes", []):
            prefixes += 1
            print(f"{'PRE':>30} {prefix['Prefix'].rstrip('/').rpartition('/')[2]}/")
        for item in page.get("Contents", []):
            name = item["Key"] if recursive else item["Key"].rpartition("/")[2]
            size = _human(item["Size"]) if human else str(item["Size"])
            print(f"{_when(item['LastModified'])} {size:>10} {name}")
            count, total = count + 1, total + item["Size"]
    if summary:
        print(f"\nTotal Objects: {count}\n   Total Size: {_human(total) if human else total}")
    return 0 if count or prefixes or not place.key else 1


def _when(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def _human(size: float) -> str:
    for unit in ("Bytes", "KiB", "MiB", "GiB"):
        if size < 1024 or unit == "GiB":
            return f"{size:.0f} Bytes" if unit == "Bytes" else f"{size:.1f} {unit}"
        size /= 1024
    return ""


def _make(s3: Any, options: CommandLine) -> int:
    (target,) = map(to_place, options.positional(1, 1))
    region = s3.meta.region_name
    where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    s3.create_bucket(Bucket=target.bucket, **where)
    print(f"make_bucket: {target.bucket}")
    return 0


def _unmake(s3: Any, options: CommandLine) -> int:
    force = options.take_flag("--force")
    (target,) = map(to_place, options.positional(1, 1))
    for item in keys(s3, target.bucket or "", "") if force else ():
        s3.delete_object(Bucket=target.bucket, Key=item["Key"])
    s3.delete_bucket(Bucket=target.bucket)
    print(f"remove_bucket: {target.bucket}")
    return 0


def _presign(s3: Any, options: CommandLine) -> int:
    seconds = int(options.take_value("--expires-in") or 3600)
    (target,) = map(to_place, options.positional(1, 1))
    parameters = {"Bucket": target.bucket, "Key": target.key}
    print(s3.generate_presigned_url("get_object", Params=parameters, ExpiresIn=seconds))
    return 0
