"""Hold every row of the ledger against plain moto, which documents the gap, and the local cloud, which closes it."""

from __future__ import annotations

from collections import Counter

import pytest
from ledger.page import PAGE, ROWS, render
from ledger.row import Row, local_cloud, plain_moto


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_local_cloud_does_as_aws_does(row: Row) -> None:
    with local_cloud() as aws:
        assert row.probe(aws) == row.aws, f"AWS: {row.source}"


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_plain_moto_still_does_what_the_ledger_says(row: Row) -> None:
    with plain_moto() as aws:
        assert row.probe(aws) == row.moto, (
            "moto has changed: look whether the rule or override of this row is still needed"
        )


def test_every_row_has_a_name_of_its_own() -> None:
    assert [name for name, count in Counter(row.name for row in ROWS).items() if count > 1] == []


def test_every_row_names_its_source() -> None:
    assert [row.name for row in ROWS if not row.source.startswith("https://docs.aws.amazon.com/")] == []


def test_page_of_the_documentation_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == render()
