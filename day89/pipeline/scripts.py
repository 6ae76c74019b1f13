"""Write what an instance runs at its first boot: a script that ends the instance when its work is done, or fails."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping, Sequence

from day89.clients import REAL_ACCOUNT_VARIABLE

__all__ = ["instance_script"]


def instance_script(
    arguments: Sequence[str],
    *,
    bucket: str,
    region: str,
    wheel_key: str | None = None,
    fetch: Mapping[str, str] | None = None,
    minutes: int | None = None,
) -> str:
    """Write user data that runs one Python program of this package, then shuts down, also when something fails.

    It holds no credentials: the instance gets those of its role from the instance metadata.

    Args:
        arguments: what stands after ``python``, such as ``["-m", "day89", "serve", ...]``.
        bucket: bucket of the code.
        region: region of the bucket.
        wheel_key: key of a wheel of this package, installed where the image does not have it.
        fetch: keys of files to fetch first, each with the path to put it at.
        minutes: the instance ends after so long, even if whoever launched it is gone by then; None is never.

    See https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html
    """
    account = os.environ.get(REAL_ACCOUNT_VARIABLE, "")
    lines = [
        "#!/bin/bash",
        "# The instance ends when this script does, however that comes about; it is launched to terminate then.",
        "trap 'shutdown -h now' EXIT",
        *([f"shutdown -h +{minutes}"] if minutes else []),
        "set -euo pipefail",
        f"export AWS_DEFAULT_REGION={shlex.quote(region)}",
        *([f"export {REAL_ACCOUNT_VARIABLE}={shlex.quote(account)}"] if account else []),
        "python=python3",
        "if ! python3 -c 'import day89' 2>/dev/null; then",
        *(f"    {line}" for line in _install(bucket, wheel_key)),
        "fi",
        *(_copy(bucket, key, path) for key, path in (fetch or {}).items()),
        f'"$python" {shlex.join(arguments)}',
    ]
    return "\n".join(lines) + "\n"


def _install(bucket: str, wheel_key: str | None) -> list[str]:
    if wheel_key is None:
        return ["echo 'this image does not have day89: give a wheel_key' >&2", "exit 1"]
    path = f"/tmp/{wheel_key.rpartition('/')[2]}"
    return [
        "dnf install -y python3.11 python3.11-pip",
        _copy(bucket, wheel_key, path),
        f"python3.11 -m pip install {shlex.quote(path)}",
        "python=python3.11",
    ]


def _copy(bucket: str, key: str, path: str) -> str:
    return f"aws s3 cp {shlex.quote(f's3://{bucket}/{key}')} {shlex.quote(path)}"
