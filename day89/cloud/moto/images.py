"""Provide the few images that the course names: the newest Amazon Linux, under another id in each region."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from typing import Any

__all__ = ["ROOT_GIB", "architectures", "instance_types", "metadata_options", "register"]

# https://docs.aws.amazon.com/linux/al2023/ug/ec2.html#launch-via-aws-cli
PARAMETER = "/aws/service/ami-amazon-linux-latest/"
NEWEST = {
    "al2023-ami-kernel-default-x86_64": ("al2023-ami-2023.9.20251117.1-kernel-6.1-x86_64", "x86_64"),
    "al2023-ami-kernel-default-arm64": ("al2023-ami-2023.9.20251117.1-kernel-6.1-arm64", "arm64"),
    "al2023-ami-kernel-6.1-x86_64": ("al2023-ami-2023.9.20251117.1-kernel-6.1-x86_64", "x86_64"),
    "al2023-ami-kernel-6.1-arm64": ("al2023-ami-2023.9.20251117.1-kernel-6.1-arm64", "arm64"),
    "al2023-ami-minimal-kernel-default-x86_64": ("al2023-ami-minimal-2023.9.20251117.1-kernel-6.1-x86_64", "x86_64"),
    "amzn2-ami-hvm-x86_64-gp2": ("amzn2-ami-hvm-2.0.20251110.1-x86_64-gp2", "x86_64"),
    "amzn2-ami-kernel-5.10-hvm-x86_64-gp2": ("amzn2-ami-kernel-5.10-hvm-2.0.20251110.1-x86_64-gp2", "x86_64"),
}
REQUIRED_HOPS = 2
ROOT_GIB = 8  # of every image here


def register(ec2: Any, ssm: Any) -> None:
    """Put the images into a region, and their ids under the public parameters.

    Args:
        ec2: moto's EC2 of the region.
        ssm: moto's Systems Manager of the region.
    """
    for parameter, (name, architecture) in NEWEST.items():
        image_id = _image_id(ec2.region_name, name)
        if image_id not in ec2.amis:
            ec2.amis[image_id] = _image(ec2, image_id, name, architecture)
        published = ssm.get_parameters([PARAMETER + parameter]).get(PARAMETER + parameter)
        if published is not None:
            published.value = image_id


def _image_id(region: str, name: str) -> str:
    return "ami-0" + hashlib.sha256(f"{region}/{name}".encode()).hexdigest()[:16]


def _image(ec2: Any, image_id: str, name: str, architecture: str) -> Any:
    from moto.ec2.models.amis import Ami  # slow to import, and only EC2 needs it

    image = Ami(
        ec2,
        image_id,
        name=name,
        description=f"Amazon Linux {name}",
        owner_id="137112412989",
        owner_alias="amazon",
        public=True,
        virtualization_type="hvm",
        architecture=architecture,
        root_device_name="/dev/xvda",
        image_type="machine",
        image_location=f"amazon/{name}",
    )
    image.imds_support = "v2.0" if name.startswith("al2023") else None
    return image


def metadata_options(image: Any, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return the metadata options of a launch: what was asked for, else what the image wants.

    Args:
        image: moto's image, or None.
        asked: MetadataOptions of the request and its launch template.

    Returns:
        Options under the names of the API.
        https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-options.html
    """
    wanted = {"HttpTokens": "required", "HttpPutResponseHopLimit": REQUIRED_HOPS}
    return {**(wanted if getattr(image, "imds_support", None) == "v2.0" else {}), **asked}


@cache
def instance_types(region: str) -> Mapping[str, int]:
    """Return the instance types of a region, and how many vCPUs each has."""
    from moto.ec2.models.instance_types import INSTANCE_TYPE_OFFERINGS, INSTANCE_TYPES  # slow, and only EC2 needs it

    offered = {one["InstanceType"] for one in INSTANCE_TYPE_OFFERINGS["region"].get(region, [])}
    return {
        name: int(facts.get("VCpuInfo", {}).get("DefaultVCpus", 1))
        for name, facts in INSTANCE_TYPES.items()
        if name in offered or not offered
    }


@cache
def architectures(region: str, name: str) -> tuple[str, ...]:
    """Return the architectures that an instance type can run; none where the type is not known."""
    from moto.ec2.models.instance_types import INSTANCE_TYPES  # slow, and only EC2 needs it

    facts = INSTANCE_TYPES.get(name, {}).get("ProcessorInfo", {})
    return tuple(facts.get("SupportedArchitectures", ()))
