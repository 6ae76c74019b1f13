"""Buy spare capacity cheaply, and be ready to lose it with two minutes' notice."""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from botocore.exceptions import ClientError

from day89.ec2.launch import launch_instance
from day89.errors import InvalidInputError, NotFoundError, error_code

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client

__all__ = ["Launched", "Notice", "interruption_notice", "launch_spot", "spot_price"]

# Reasons for which there is no Spot capacity now; any other error is the caller's to see.
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
NO_CAPACITY = frozenset(
    {
        "InsufficientInstanceCapacity",
        "InsufficientHostCapacity",
        "MaxSpotInstanceCountExceeded",
        "SpotMaxPriceTooLow",
        "UnfulfillableCapacity",
    }
)
METADATA_VARIABLE = "AWS_EC2_METADATA_SERVICE_ENDPOINT"
METADATA_ENDPOINT = "http://169.254.169.254"


@dataclass(frozen=True)
class Launched:
    """An instance and the market that it was bought on: ``"spot"`` or ``"on-demand"``."""

    instance_id: str
    market: str


@dataclass(frozen=True)
class Notice:
    """What AWS is going to do with a Spot instance (``"terminate"``, ``"stop"``, ``"hibernate"``), and when."""

    action: str
    time: datetime


def launch_spot(ec2: EC2Client, name: str, *, client_token: str | None = None, **options: Any) -> Launched:
    """Launch one instance on the Spot market, and on demand where there is no Spot capacity.

    Args:
        ec2: EC2 client.
        name: tag ``Name``.
        client_token: makes the launch repeatable; each market gets a token of its own from it.
        options: of `launch_instance`.

    Returns:
        The instance, and the market that it came from.

    Raises:
        ClientError: the launch failed for another reason than capacity.

    See https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-spot-instances.html
    """
    try:
        return Launched(launch_instance(ec2, name, spot=True, client_token=client_token, **options), "spot")
    except ClientError as error:
        if error_code(error) not in NO_CAPACITY:
            raise
    token = f"{client_token[:50]}-on-demand" if client_token else None  # a token holds 64 characters
    return Launched(launch_instance(ec2, name, client_token=token, **options), "on-demand")


def spot_price(ec2: EC2Client, instance_type: str) -> tuple[float, str]:
    """Return the lowest Spot price of a type now, in US dollars an hour, and the availability zone that has it.

    Raises:
        NotFoundError: no zone of the region has a Spot price for it.

    See https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-spot-instances-history.html
    """
    pages = ec2.get_paginator("describe_spot_price_history").paginate(
        InstanceTypes=[instance_type],  # type: ignore[list-item]
        ProductDescriptions=["Linux/UNIX"],
        StartTime=datetime.now(UTC),  # a start of now gives the price that holds now, one a zone
    )
    offers = [
        (float(item["SpotPrice"]), item["AvailabilityZone"]) for page in pages for item in page["SpotPriceHistory"]
    ]
    if not offers:
        raise NotFoundError(f"{instance_type} has no Spot price in {ec2.meta.region_name}")
    return min(offers)


def interruption_notice(*, endpoint: str | None = None, timeout: float = 2.0) -> Notice | None:
    """Return the notice that this Spot instance is about to be taken, or None; ask every five seconds.

    Only code on the instance can ask. It asks the metadata service with a token (IMDSv2).

    Args:
        endpoint: metadata service; None takes ``AWS_EC2_METADATA_SERVICE_ENDPOINT``, else the link-local address.
        timeout: seconds to wait for the service.

    Raises:
        InvalidInputError: the endpoint is no HTTP address.
        OSError: there is no metadata service: this is not an instance.

    See https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/spot-instance-termination-notices.html
    """
    base = (endpoint or os.environ.get(METADATA_VARIABLE) or METADATA_ENDPOINT).rstrip("/")
    if urlsplit(base).scheme != "http":
        raise InvalidInputError(f"the metadata service speaks http, so {base!r} is not its address")
    token = _ask(f"{base}/latest/api/token", timeout, "PUT", {"X-aws-ec2-metadata-token-ttl-seconds": "60"})
    try:
        text = _ask(
            f"{base}/latest/meta-data/spot/instance-action", timeout, "GET", {"X-aws-ec2-metadata-token": token}
        )
    except urllib.error.HTTPError as error:
        if error.code != 404:  # 404 is the good news
            raise
        error.close()
        return None
    told = json.loads(text)
    return Notice(told["action"], datetime.fromisoformat(told["time"].replace("Z", "+00:00")))


def _ask(url: str, timeout: float, method: str, headers: dict[str, str]) -> str:
    request = urllib.request.Request(url, method=method, headers=headers)
    with urllib.request.urlopen(request, timeout=timeout) as answer:
        return str(answer.read().decode())
