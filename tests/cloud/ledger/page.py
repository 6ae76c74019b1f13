"""Render the ledger into docs/cloud-ledger.md: ``cd tests/cloud; python -m ledger.page``."""

from __future__ import annotations

from pathlib import Path

from ledger import (
    answers,
    ec2_launch,
    ec2_refusals,
    ec2_states,
    iam_refusals,
    recorded,
    s3_buckets,
    s3_lifecycle,
    s3_objects,
    s3_policies,
    s3_refusals,
    s3_versions,
    services,
)
from ledger.row import Row

PAGE = Path(__file__).parents[3] / "docs" / "cloud-ledger.md"
ROWS: tuple[Row, ...] = (
    *s3_buckets.ROWS,
    *s3_objects.ROWS,
    *s3_policies.ROWS,
    *s3_versions.ROWS,
    *s3_lifecycle.ROWS,
    *ec2_launch.ROWS,
    *ec2_states.ROWS,
    *services.ROWS,
    *answers.ROWS,
    *s3_refusals.ROWS,
    *ec2_refusals.ROWS,
    *recorded.ROWS,
    *iam_refusals.ROWS,
)

HEAD = """\
# What the local cloud does as AWS does

Each row is a probe that the suite runs twice: against plain moto, where it documents the gap, and against the local
cloud, where every row must hold. The column *AWS* links the page of the AWS documentation. Where the column *known by*
has a date, AWS itself was asked on that day, by the public tests of LocalStack or moto that recorded its answer; *read*
means that the documentation was read, and no account asked. This page is written by `python -m ledger.page` in
`tests/cloud`, and a test fails where it is out of date.

{differ} of {all} rows differ on plain moto; for {asked} of them AWS was asked; the local cloud holds all {all}.
"""

STILL = """\

## What is still not as on AWS

- **Reads are consistent at once.** A new instance, role or profile can be used in the same moment; AWS takes seconds.
- **Nothing expires by itself.** Lifecycle rules are checked and kept, but no object ever moves or goes.
- **KMS is not there.** SSE-KMS works with the key that AWS keeps for S3; any other key id is refused as not found.
- **SSE-C** is blocked on every bucket, as on AWS; where a bucket is told to allow it, it answers `NotImplemented`.
- **S3 answers in the region of the bucket whatever region is asked**: no redirect to the right endpoint; only a region
  that does not exist is refused.
- **Policy conditions and actions** are those that the course uses; an unknown condition operator does not match.
- **Bucket policies with an unknown action name** are taken; S3 refuses them.
- **What the course does not use** of S3 (Select, metadata tables, annotations, ...) answers `MethodNotAllowed`, of EC2
  and the other services `InvalidAction`, and says so.
- **A put where versions are suspended** answers `VersionId: null`, as the user guide has it; the answer recorded in
  February 2026 named no version.
- **The account's own key may assume a role** that trusts its account; on AWS the root user may not.
- **Quotas**: vCPUs (256 a region) are counted, other quotas are not.
- **Alarms** are kept and never evaluated; metric math answers nothing.
- **SQS notifications** arrive in the same call; on AWS after seconds and in any order.
- **Errors of the services** carry AWS's codes and statuses; their wording is near, not exact.
- **Other services** than S3, EC2, IAM, STS, SSM, CloudWatch, Logs, Auto Scaling and SQS answer `AccessDenied`.
"""


def render() -> str:
    """Return the page."""
    differ = sum(row.aws != row.moto for row in ROWS)
    text = HEAD.format(differ=differ, all=len(ROWS), asked=sum(bool(row.asked) for row in ROWS))
    for service in dict.fromkeys(row.service for row in ROWS):
        text += f"\n## {service}\n\n| probe | AWS | known by | plain moto | local cloud |\n|---|---|---|---|---|\n"
        text += "".join(_line(row) for row in ROWS if row.service == service)
    return text + STILL


def _line(row: Row) -> str:
    name = row.name.split(": ", 1)[1]
    moto = "same" if row.moto == row.aws else f"**{_cell(row.moto)}**"
    return f"| {_cell(name)} | [{_cell(row.aws)}]({row.source}) | {row.asked or 'read'} | {moto} | as AWS |\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("[", "\\[").replace("]", "\\]")


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
