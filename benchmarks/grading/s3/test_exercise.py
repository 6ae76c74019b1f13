import boto3
import pytest
from moto import mock_aws

import exercise


@pytest.fixture
def s3():
    with mock_aws():
        client = boto3.client("s3", region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test")
        client.create_bucket(Bucket="lab")
        yield client


def test_upload_text(s3):
    exercise.upload_text(s3, "lab", "a.txt", "grün")
    assert s3.get_object(Bucket="lab", Key="a.txt")["Body"].read() == "grün".encode()


def test_list_keys(s3):
    for key in ("a/1", "a/2", "b/1"):
        s3.put_object(Bucket="lab", Key=key, Body=b"x")
    assert exercise.list_keys(s3, "lab", "a/") == ["a/1", "a/2"]
