"""Find the image that an instance starts from, and make the key that opens it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from day89.errors import InvalidInputError, NotFoundError, not_found

if TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client
    from mypy_boto3_ssm import SSMClient

__all__ = ["create_key_pair", "delete_key_pair", "newest_image"]

AMAZON_LINUX = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-{architecture}"
ARCHITECTURES = ("x86_64", "arm64")


def newest_image(ssm: SSMClient, *, architecture: str = "x86_64", parameter: str | None = None) -> str:
    """Return the id of the newest Amazon Linux image in the client's region.

    An image id is good in one region only and grows old; the public parameter always names the newest.

    Args:
        ssm: SSM client.
        architecture: ``"x86_64"``, or ``"arm64"`` for Graviton types such as ``t4g``.
        parameter: another public parameter that holds an image id.

    Raises:
        InvalidInputError: another architecture.
        NotFoundError: no such parameter.

    See https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-public-parameters-ami.html
    """
    if architecture not in ARCHITECTURES:
        raise InvalidInputError(f"architecture {architecture!r} is not one of {', '.join(ARCHITECTURES)}")
    name = parameter or AMAZON_LINUX.format(architecture=architecture)
    with not_found(f"SSM parameter {name}"):
        return ssm.get_parameter(Name=name)["Parameter"]["Value"]


def create_key_pair(ec2: EC2Client, name: str, path: str | os.PathLike[str]) -> str:
    """Make a key pair and keep its private half in a new file that only its owner may read.

    AWS shows the private key once. A file that exists is never overwritten; where file and key pair are both there
    already, nothing changes.

    Args:
        ec2: EC2 client.
        name: name of the key pair in EC2.
        path: where to write the private key (PEM).

    Returns:
        The id of the key pair.

    Raises:
        InvalidInputError: the file exists and EC2 has no such key pair: the file belongs to something else.
        ClientError: ``InvalidKeyPair.Duplicate``, where EC2 has the key pair and its private half is not here.

    See https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/create-key-pairs.html
    """
    target = Path(path)
    if target.exists():
        try:
            with not_found(f"key pair {name}"):
                return ec2.describe_key_pairs(KeyNames=[name])["KeyPairs"][0]["KeyPairId"]
        except NotFoundError as error:
            raise InvalidInputError(f"{target} exists, but EC2 has no key pair {name}: choose another path") from error
    target.parent.mkdir(parents=True, exist_ok=True)
    pair = ec2.create_key_pair(KeyName=name)
    try:
        # O_EXCL and the mode in the same call: at no moment may anyone else read it, and nothing is overwritten.
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(pair["KeyMaterial"])
    except BaseException:
        ec2.delete_key_pair(KeyName=name)  # a key pair whose private half is lost opens nothing
        raise
    return pair["KeyPairId"]


def delete_key_pair(ec2: EC2Client, name: str, path: str | os.PathLike[str]) -> None:
    """Delete a key pair and the file of its private half; either may be gone already."""
    ec2.delete_key_pair(KeyName=name)
    Path(path).unlink(missing_ok=True)
