"""The small parts of the gateway: checksums, body framing, addresses, error documents."""

from __future__ import annotations

import base64
import zlib

import pytest

from day89.cloud.messages.aws_chunked import unchunk
from day89.cloud.messages.checksums import checksum
from day89.cloud.messages.errors import render
from day89.cloud.messages.model import AwsError
from day89.cloud.messages.routing import Signed, find_route
from day89.cloud.validation.ec2_filters import unknown_filter

NINE = b"123456789"  # what the checks of every catalogue of CRCs are given for


@pytest.mark.parametrize(
    ("algorithm", "value"),
    [
        ("crc32", 0xCBF43926),
        ("crc32c", 0xE3069283),
        ("crc64nvme", 0xAE8B14860A799888),
    ],
)
def test_crc_has_the_check_value_of_the_catalogue(algorithm: str, value: int) -> None:
    assert int.from_bytes(base64.b64decode(checksum(algorithm, NINE)), "big") == value


def test_crc_of_nothing_is_zero() -> None:
    assert base64.b64decode(checksum("crc32", b"")) == zlib.crc32(b"").to_bytes(4, "big")


@pytest.mark.parametrize(
    ("framed", "content", "trailers"),
    [
        (b"0\r\n\r\n", b"", {}),
        (b"3\r\nabc\r\n0\r\nx-amz-checksum-crc32:NSRBwg==\r\n\r\n", b"abc", {"x-amz-checksum-crc32": "NSRBwg=="}),
        (b"2;chunk-signature=ff\r\n\r\n\r\n1\r\nc\r\n0\r\n\r\n", b"\r\nc", {}),
    ],
)
def test_framing_comes_off(framed: bytes, content: bytes, trailers: dict[str, str]) -> None:
    assert unchunk(framed) == (content, trailers)


@pytest.mark.parametrize("broken", [b"", b"abc", b"xyz\r\nabc"])
def test_broken_framing_is_refused(broken: bytes) -> None:
    with pytest.raises(ValueError):
        unchunk(broken)


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://s3.amazonaws.com/b/k", ("s3", "us-east-1", "/b/k")),
        ("https://b.s3.amazonaws.com/k", ("s3", "us-east-1", "/b/k")),
        ("https://my.dotted.b.s3.eu-west-1.amazonaws.com/k", ("s3", "eu-west-1", "/my.dotted.b/k")),
        ("https://s3.dualstack.eu-west-1.amazonaws.com/b/k", ("s3", "eu-west-1", "/b/k")),
        ("https://s3-eu-west-1.amazonaws.com/b", ("s3", "eu-west-1", "/b")),
        ("https://ec2.eu-west-1.amazonaws.com/", ("ec2", "eu-west-1", "/")),
        ("https://monitoring.us-east-1.amazonaws.com/", ("cloudwatch", "us-east-1", "/")),
        ("https://iam.amazonaws.com/", ("iam", "us-east-1", "/")),
        ("http://127.0.0.1:1/b/k", ("s3", "us-east-1", "/b/k")),
        ("http://b.localhost:1/k", ("s3", "us-east-1", "/b/k")),
    ],
)
def test_address_names_service_region_and_bucket(url: str, found: tuple[str, str, str]) -> None:
    route = find_route(url, Signed())
    assert route is not None
    assert (route.service, route.region, route.path) == found


def test_address_that_is_none_of_aws_has_no_route() -> None:
    assert find_route("https://what.ever.eu-west-1.amazonaws.com/", Signed()) is None


def test_signature_says_the_service_where_the_address_does_not() -> None:
    route = find_route("http://127.0.0.1:1/", Signed("AKIA", "eu-west-1", "monitoring"))
    assert route is not None
    assert (route.service, route.region) == ("cloudwatch", "eu-west-1")


@pytest.mark.parametrize("protocol", ["rest-xml", "ec2", "query"])
def test_message_with_angle_brackets_stays_a_message(protocol: str) -> None:
    _, _, body = render(AwsError("Some.Code", "<b> & co"), protocol)
    assert b"<Code>Some.Code</Code><Message>&lt;b&gt; &amp; co</Message>" in body


@pytest.mark.parametrize(
    ("name", "unknown"),
    [
        ("instance-state-name", None),
        ("tag:Name", None),
        ("tag-key", None),
        ("block-device-mapping.volume-id", None),
        ("vpc-id", None),
        ("state", "state"),
        ("Instance-State-Name", "Instance-State-Name"),
    ],
)
def test_filters_are_those_of_the_documentation(name: str, unknown: str | None) -> None:
    assert unknown_filter("DescribeInstances", [name]) == unknown
