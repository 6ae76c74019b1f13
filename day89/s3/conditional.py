"""Write an object under a condition, and know whether it was written even where the answer is lost.

botocore repeats a request whose answer does not come. The first may have been done: then the second finds the condition
broken by its own forerunner. So each write carries a token, and what stands there afterwards tells whose it is.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError, ConnectionError, HTTPClientError

from day89.errors import error_code

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

__all__ = ["put_conditionally"]

BROKEN_CONDITION = frozenset({"PreconditionFailed", "ConditionalRequestConflict"})
TOKEN = "write"  # user metadata


def put_conditionally(s3: S3Client, *, Metadata: dict[str, str] | None = None, **request: Any) -> str | None:
    """Put an object with ``IfMatch`` or ``IfNoneMatch``.

    Args:
        s3: S3 client; its credentials may also read the object.
        Metadata: user metadata; a token is added to it.
        **request: as for ``put_object``.

    Returns:
        The ETag of what was written; None where another's write broke the condition, so nothing was written.

    Raises:
        ClientError: any other refusal.
        BotoCoreError: no answer came, and the object is not there as it was sent.
    """
    token = uuid.uuid4().hex
    failure: BotoCoreError | None = None
    try:
        return s3.put_object(**request, Metadata={**(Metadata or {}), TOKEN: token})["ETag"]
    except ClientError as error:
        if error_code(error) not in BROKEN_CONDITION:
            raise
    except (HTTPClientError, ConnectionError) as error:
        failure = error
    standing = _head(s3, request["Bucket"], request["Key"])
    if standing.get("Metadata", {}).get(TOKEN) == token:
        return str(standing["ETag"])
    if failure is not None:
        raise failure
    return None


def _head(s3: S3Client, bucket: str, key: str) -> Any:
    try:
        return s3.head_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if error_code(error) != "404":
            raise
        return {}
