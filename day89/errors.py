"""Name what can go wrong, and translate AWS errors once.

Day89Error
 ├─ NotFoundError       also LookupError      a bucket, key, instance, model that is not there
 ├─ InvalidInputError   also ValueError       an argument refused before any call
 ├─ IntegrityError      also ValueError       bytes that do not match their checksum
 ├─ JobFailedError      also RuntimeError     work on an instance, or a batch, that did not succeed
 ├─ WaitTimeoutError    also TimeoutError     something did not happen in time
 ├─ RealAccountError    also PermissionError  a call that would have left this machine
 ├─ UsageError          also ValueError       the command line or an input file is wrong (exit status 2)
 └─ ToolError           also RuntimeError     day89 itself is broken (exit status 3), never the learner's fault
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import ClientError

__all__ = [
    "Day89Error",
    "IntegrityError",
    "InvalidInputError",
    "JobFailedError",
    "NotFoundError",
    "RealAccountError",
    "ToolError",
    "UsageError",
    "WaitTimeoutError",
    "error_code",
    "not_found",
]

# HEAD answers have no body, so botocore can only name them by their status.
# https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadObject.html
NOT_FOUND_CODES = frozenset(
    {
        "404",
        "NoSuchBucket",
        "NoSuchKey",
        "NoSuchVersion",
        "NoSuchUpload",
        "NoSuchEntity",
        "NotFound",
        "InvalidInstanceID.NotFound",
        "InvalidGroup.NotFound",
        "InvalidKeyPair.NotFound",
        "InvalidAMIID.NotFound",
        "ParameterNotFound",
    }
)


class Day89Error(Exception):
    """The root of every error that this package raises itself."""


class NotFoundError(Day89Error, LookupError):
    """A named thing does not exist."""

    def __str__(self) -> str:
        """Show the message as it is: LookupError's children would quote it."""
        return " ".join(str(part) for part in self.args)


class InvalidInputError(Day89Error, ValueError):
    """An argument is invalid; raised before any call is made."""


class IntegrityError(Day89Error, ValueError):
    """The bytes are not the bytes that were promised."""


class JobFailedError(Day89Error, RuntimeError):
    """Work that was started did not succeed."""


class WaitTimeoutError(Day89Error, TimeoutError):
    """Something did not happen in time."""


class RealAccountError(Day89Error, PermissionError):
    """A call would have left this machine and was refused."""


class UsageError(Day89Error, ValueError):
    """The command line or an input file is wrong."""


class ToolError(Day89Error, RuntimeError):
    """day89 itself is broken."""


def error_code(error: ClientError) -> str:
    """Return the AWS error code of a ClientError, such as ``NoSuchKey`` or ``404``."""
    return str(error.response.get("Error", {}).get("Code", ""))


@contextmanager
def not_found(what: str) -> Iterator[None]:
    """Turn "not there" answers of AWS into NotFoundError; let every other answer pass unchanged.

    Args:
        what: the name to put in the message, such as ``s3://bucket/key``.

    Raises:
        NotFoundError: AWS says that it does not exist. A 403 is never read as absent.
    """
    try:
        yield
    except ClientError as error:
        if error_code(error) in NOT_FOUND_CODES:
            raise NotFoundError(f"{what} does not exist ({error_code(error)})") from error
        raise
