"""Be the ``aws`` command on an instance: ``aws s3 ...``, and any other call that botocore knows, without the real CLI.

The real one needs two to three times as long to start. Options, output and exit codes follow
https://docs.aws.amazon.com/cli/latest/reference/; what is not understood is an error (252), never ignored.
"""

from __future__ import annotations

import os
import sys
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, NoRegionError
from botocore.utils import InstanceMetadataRegionFetcher

from day89.cloud.guest.aws import call, s3
from day89.cloud.guest.aws.options import CommandLine, Usage

__all__ = ["main"]


def main(arguments: list[str]) -> int:
    """Run one command.

    Args:
        arguments: what stands after ``aws``.

    Returns:
        0; 1 a transfer failed; 252 wrong usage; 253 no credentials or region; 254 AWS refused; 255 anything else.
        https://docs.aws.amazon.com/cli/latest/topic/return-codes.html
    """
    if arguments[:1] == ["--version"]:
        print(f"aws-cli/2.0 day89-local-cloud botocore/{boto3.__version__}")
        return 0
    options = CommandLine(arguments)
    try:
        return _run(options)
    except Usage as error:
        return _say(f"aws: error: {error}", 252)
    except NoCredentialsError:
        return _say('Unable to locate credentials. You can configure credentials by running "aws configure".', 253)
    except NoRegionError:
        return _say('You must specify a region. You can also configure your region by running "aws configure".', 253)
    except s3.Failed as error:
        return _say(str(error), error.status)
    except ClientError as error:
        return _say(
            f"{'fatal error: ' if options.service == 's3' else ''}{error}", 1 if options.service == "s3" else 254
        )
    except (BotoCoreError, OSError) as error:
        return _say(str(error), 1 if options.service == "s3" else 255)


def _say(text: str, status: int) -> int:
    sys.stdout.flush()
    sys.stderr.write(f"\n{text}\n")
    return status


def _run(options: CommandLine) -> int:
    if options.service == "configure":
        return 0
    session = boto3.Session(region_name=options.region)
    if options.service == "s3":
        return s3.run(_client(session, "s3", options), options)
    name = "s3" if options.service == "s3api" else options.service
    if name not in session.get_available_services():
        raise Usage(f"argument command: Invalid choice: '{options.service}'")
    return call.run(_client(session, name, options), options)


def _client(session: boto3.Session, name: str, options: CommandLine) -> Any:
    # The CLI finds an instance's region in the metadata service; boto3 does not.
    region = session.region_name or _own_region()
    return session.client(name, region_name=region, endpoint_url=options.endpoint)  # type: ignore[call-overload]


def _own_region() -> str | None:
    base = os.environ.get("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://169.254.169.254/")
    return InstanceMetadataRegionFetcher(timeout=2, num_attempts=1, base_url=base).retrieve_region() or None
