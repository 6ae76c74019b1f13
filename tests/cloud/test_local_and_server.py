"""Right programs work, in process and over HTTP, by the same rules."""

from __future__ import annotations

import gzip
import io
import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

import day89.cloud
from day89.cloud import Cloud

KEYS = (
    "plain",
    "a b+c%d'\"é",
    "/lead",
    "x//y",
    "folder/",
    "q?x=1#f",
    "%2F",
    "a&b=c",
    "日本/ü ~.txt",
    "..",
    "a/../b",
    "tail ",
    "(x)*!;:@$,",
    "back\\slash",
    "k" * 1024,
)
Make = Callable[..., Any]


@pytest.fixture
def opened() -> Iterator[Cloud]:
    with day89.cloud.local() as cloud:
        yield cloud


@pytest.fixture(params=["in process", "over HTTP"])
def make(request: pytest.FixtureRequest, opened: Cloud) -> Iterator[Make]:
    """Make clients that come through one of the two endpoints."""
    if request.param == "in process":
        yield opened.client
        return
    with opened.serve() as server:
        yield lambda service, region="us-east-1", **options: opened.client(
            service, region, endpoint_url=server.endpoint, **options
        )


@pytest.fixture
def s3(make: Make) -> Any:
    client = make("s3")
    client.create_bucket(Bucket="some-bucket")
    return client


@pytest.mark.parametrize("key", KEYS)
def test_key_comes_back_as_it_went_in(s3: Any, key: str) -> None:
    s3.put_object(Bucket="some-bucket", Key=key, Body=key.encode(), Metadata={"a_b": "1", "a-c": "2"})
    answer = s3.get_object(Bucket="some-bucket", Key=key)
    assert (answer["Body"].read(), answer["Metadata"]) == (key.encode(), {"a_b": "1", "a-c": "2"})
    assert [one["Key"] for one in s3.list_objects_v2(Bucket="some-bucket")["Contents"]] == [key]
    s3.copy_object(Bucket="some-bucket", Key="copy", CopySource={"Bucket": "some-bucket", "Key": key})
    s3.delete_objects(Bucket="some-bucket", Delete={"Objects": [{"Key": key}]})
    assert [one["Key"] for one in s3.list_objects_v2(Bucket="some-bucket")["Contents"]] == ["copy"]


@pytest.mark.parametrize(
    "body", [b"", b"x", "text", bytes(100_000), gzip.compress(b"x", mtime=0), b"a=b&c=d", b"0\r\n\r\n"]
)
def test_body_comes_back_as_it_went_in(s3: Any, body: Any) -> None:
    s3.put_object(Bucket="some-bucket", Key="k", Body=body)
    wanted = body.encode() if isinstance(body, str) else body
    assert s3.get_object(Bucket="some-bucket", Key="k")["Body"].read() == wanted


def test_body_may_be_a_file(s3: Any) -> None:
    s3.put_object(Bucket="some-bucket", Key="k", Body=io.BytesIO(b"file"), ContentEncoding="gzip")
    answer = s3.get_object(Bucket="some-bucket", Key="k")
    assert (answer["Body"].read(), answer["ContentEncoding"]) == (b"file", "gzip")


@pytest.mark.parametrize("algorithm", ["CRC32", "SHA1", "SHA256"])
def test_checksum_that_is_right_is_taken(s3: Any, algorithm: str) -> None:
    answer = s3.put_object(Bucket="some-bucket", Key="k", Body=b"body", ChecksumAlgorithm=algorithm)
    seen = s3.get_object(Bucket="some-bucket", Key="k", ChecksumMode="ENABLED")
    assert answer[f"Checksum{algorithm}"] == seen[f"Checksum{algorithm}"]
    assert seen["Body"].read() == b"body"


def test_large_file_goes_up_in_parts_and_comes_down_in_ranges(s3: Any, tmp_path: Any) -> None:
    content = os.urandom(1024) * 20_000
    (tmp_path / "up").write_bytes(content)
    s3.upload_file(str(tmp_path / "up"), "some-bucket", "k")
    s3.download_file("some-bucket", "k", str(tmp_path / "down"))
    assert (tmp_path / "down").read_bytes() == content
    assert s3.head_object(Bucket="some-bucket", Key="k")["ETag"].endswith('-3"')


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        ("bytes=2-4", (2, 5)),
        ("bytes=-3", (99_997, 100_000)),
        ("bytes=99990-", (99_990, 100_000)),
        ("bytes=0-0", (0, 1)),
    ],
)
def test_range_is_the_part_asked_for(s3: Any, asked: str, wanted: tuple[int, int]) -> None:
    content = os.urandom(100_000)
    s3.put_object(Bucket="some-bucket", Key="k", Body=content)
    answer = s3.get_object(Bucket="some-bucket", Key="k", Range=asked)
    assert answer["Body"].read() == content[wanted[0] : wanted[1]]
    assert answer["ContentRange"] == f"bytes {wanted[0]}-{wanted[1] - 1}/100000"


def test_range_behind_the_end_is_refused(s3: Any) -> None:
    s3.put_object(Bucket="some-bucket", Key="k", Body=bytes(100_000))
    with pytest.raises(ClientError, match="InvalidRange"):
        s3.get_object(Bucket="some-bucket", Key="k", Range="bytes=100000-100001")


def test_path_style_and_virtual_host_style_are_the_same_bucket(make: Make, s3: Any) -> None:
    for style in ("path", "virtual"):
        make("s3", config=Config(s3={"addressing_style": style})).put_object(Bucket="some-bucket", Key=style)
    assert s3.list_objects_v2(Bucket="some-bucket")["KeyCount"] == 2


def test_bucket_with_dots_in_its_name_works(s3: Any) -> None:
    s3.create_bucket(Bucket="www.some.bucket")
    s3.put_object(Bucket="www.some.bucket", Key="k", Body=b"x")
    assert s3.get_object(Bucket="www.some.bucket", Key="k")["Body"].read() == b"x"


@pytest.mark.parametrize("region", ["us-east-1", "eu-west-1", "ap-southeast-2"])
def test_bucket_is_in_the_region_asked_for(make: Make, region: str) -> None:
    s3 = make("s3", region)
    place = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    s3.create_bucket(Bucket="placed", **place)
    found = s3.get_bucket_location(Bucket="placed")["LocationConstraint"]
    assert (found or "us-east-1") == region
    assert s3.head_bucket(Bucket="placed")["BucketRegion"] == region


def open_url(opened: Cloud, url: str, verb: str, body: bytes | None) -> int:
    """Open a URL without credentials, over HTTP where it is one of this machine; return the status."""
    if not url.startswith("http://127.0.0.1"):
        return opened.fetch(url, verb, body or b"").status
    request = urllib.request.Request(url, body, method=verb)
    request.add_unredirected_header("Content-Type", "")
    with urllib.request.urlopen(request) as answer:
        return int(answer.status)


@pytest.mark.parametrize("verb", ["get", "put", "head", "delete"])
@pytest.mark.parametrize("version", ["s3v4", "s3"])
def test_presigned_url_opens_as_it_was_signed(opened: Cloud, make: Make, s3: Any, verb: str, version: str) -> None:
    s3.put_object(Bucket="some-bucket", Key="a b+ü", Body=b"old")
    signer = make("s3", config=Config(signature_version=version))
    url = signer.generate_presigned_url(f"{verb}_object", Params={"Bucket": "some-bucket", "Key": "a b+ü"})
    bodies = {"put": b"new"}
    assert open_url(opened, url, verb.upper(), bodies.get(verb)) in (200, 204)


def test_program_in_another_process_sees_the_same_cloud(opened: Cloud) -> None:
    opened.client("s3").create_bucket(Bucket="some-bucket")
    script = "import boto3; print([one['Name'] for one in boto3.client('s3').list_buckets()['Buckets']])"
    with opened.serve() as server:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        done = subprocess.run([sys.executable, "-c", script], env=clean | server.env, capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("['some-bucket']\n", "")


@pytest.mark.parametrize(
    ("service", "call", "code"),
    [
        ("s3", lambda s3: s3.put_object(Bucket="nope-nope", Key="k"), "NoSuchBucket"),
        ("s3", lambda s3: s3.create_bucket(Bucket="No"), "InvalidBucketName"),
        ("ec2", lambda ec2: ec2.start_instances(InstanceIds=["i-1"]), "InvalidInstanceID.Malformed"),
        ("iam", lambda iam: iam.get_role(RoleName="nope"), "NoSuchEntity"),
        ("iam", lambda iam: iam.create_role(RoleName="r", AssumeRolePolicyDocument="{"), "MalformedPolicyDocument"),
        ("ssm", lambda ssm: ssm.get_parameter(Name="nope"), "ParameterNotFound"),
        ("sqs", lambda sqs: sqs.get_queue_url(QueueName="nope"), "AWS.SimpleQueueService.NonExistentQueue"),
        ("cloudwatch", lambda cw: cw.put_metric_data(Namespace="AWS/S3", MetricData=[]), "InvalidParameterValue"),
        ("logs", lambda logs: logs.get_log_events(logGroupName="n", logStreamName="n"), "ResourceNotFoundException"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_error_arrives_under_its_own_code(make: Make, service: str, call: Callable[[Any], Any], code: str) -> None:
    with pytest.raises(ClientError) as refused:
        call(make(service))
    assert refused.value.response["Error"]["Code"] == code


def test_every_service_of_the_course_answers(make: Make) -> None:
    queue = make("sqs").create_queue(QueueName="q")["QueueUrl"]
    make("sqs").send_message(QueueUrl=queue, MessageBody="hi")
    assert make("sqs").receive_message(QueueUrl=queue)["Messages"][0]["Body"] == "hi"
    make("cloudwatch").put_metric_data(Namespace="n", MetricData=[{"MetricName": "m", "Value": 1}])
    assert len(make("cloudwatch").list_metrics(Namespace="n")["Metrics"]) == 1
    make("logs").create_log_group(logGroupName="g")
    assert make("sts").get_caller_identity()["Account"] == "123456789012"
    assert make("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"] == []
    trust = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": trust})
    assert make("iam").create_role(RoleName="r", AssumeRolePolicyDocument=document)["Role"]["RoleName"] == "r"


@pytest.mark.parametrize("region", ["us-east-1", "eu-central-1"])
def test_image_of_the_public_parameter_can_be_launched(make: Make, region: str) -> None:
    name = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
    image = make("ssm", region).get_parameter(Name=name)["Parameter"]["Value"]
    launched = make("ec2", region).run_instances(ImageId=image, MinCount=1, MaxCount=1, InstanceType="t3.micro")
    found = make("ec2", region).describe_images(
        Owners=["amazon"], Filters=[{"Name": "name", "Values": ["al2023-ami-2*"]}]
    )
    assert launched["Instances"][0]["ImageId"] == image
    assert image in {one["ImageId"] for one in found["Images"]}
