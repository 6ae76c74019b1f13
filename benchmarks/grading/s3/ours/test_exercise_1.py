import pytest

from day89.course.checks.expectations import expect_equal


@pytest.fixture
def s3(cloud):
    client = cloud.client("s3")
    client.create_bucket(Bucket="lab")
    return client


@pytest.mark.task("1.1", "core", points=5)
def test_upload_text(task, s3):
    task.upload_text(s3, "lab", "a.txt", "grün")
    expect_equal(s3.get_object(Bucket="lab", Key="a.txt")["Body"].read(), "grün".encode(), task.last_call)


@pytest.mark.task("1.2", "core", points=5)
def test_list_keys(task, s3):
    for key in ("a/1", "a/2", "b/1"):
        s3.put_object(Bucket="lab", Key=key, Body=b"x")
    expect_equal(task.list_keys(s3, "lab", "a/"), ["a/1", "a/2"], task.last_call)
