import boto3
from moto import mock_aws

import check50
import check50.py


def setting():
    mock_aws().start()  # each check has a process of its own
    s3 = boto3.client("s3", region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test")
    s3.create_bucket(Bucket="lab")
    return check50.py.import_("exercise.py"), s3


def expect(found, wanted):
    if found != wanted:
        raise check50.Mismatch(str(wanted), str(found))


@check50.check()
def upload_text():
    """uploads a text"""
    exercise, s3 = setting()
    exercise.upload_text(s3, "lab", "a.txt", "grün")
    expect(s3.get_object(Bucket="lab", Key="a.txt")["Body"].read(), "grün".encode())


@check50.check()
def list_keys():
    """lists keys"""
    exercise, s3 = setting()
    for key in ("a/1", "a/2", "b/1"):
        s3.put_object(Bucket="lab", Key=key, Body=b"x")
    expect(exercise.list_keys(s3, "lab", "a/"), ["a/1", "a/2"])
