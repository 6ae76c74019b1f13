"""Set a story on a real account: behind an option that names the account, a check, and a question."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from day89.clients import REAL_ACCOUNT_VARIABLE, make_client
from day89.costs import Estimate
from day89.course.demo.setting import Setting
from day89.course.demo.stage import LIFETIME_MINUTES
from day89.course.demo.trace import Trace
from day89.errors import RealAccountError, UsageError

if TYPE_CHECKING:
    from day89.course.demo.stories import Story

__all__ = ["real_setting"]

ACCOUNT_ID = re.compile(r"\d{12}")
POLL_SECONDS = 5.0
PATIENCE_SECONDS = 900.0  # an instance that has to install pandas and scikit-learn first needs minutes


@contextmanager
def real_setting(account: str, region: str, story: Story, most: Estimate, *, yes: bool) -> Iterator[Setting]:
    """Set a story on a real account, once it is sure that this is what is wanted.

    The caller's identity is asked for before anything else, and nothing else is asked before it is found to be right.

    Args:
        account: the account's id, as the user named it.
        region: AWS region.
        story: what is to be played.
        most: what it can cost at most.
        yes: do not ask.

    Raises:
        UsageError: that is no account id.
        RealAccountError: the credentials belong to another account, or the user did not confirm.
    """
    if not ACCOUNT_ID.fullmatch(account):
        raise UsageError(f"--real-account takes an account id of 12 digits, not {account!r}")
    with _allowed(account):
        caller = _caller(account, region)
        _tell(account, region, caller, story, most)
        if not yes:
            _confirm(account)
        trace = Trace()
        place = f"the account {account} in {region}: this costs money"
        yield Setting(place, region, trace, POLL_SECONDS, PATIENCE_SECONDS, on_client=trace.hook)


@contextmanager
def _allowed(account: str) -> Iterator[None]:
    before = os.environ.get(REAL_ACCOUNT_VARIABLE)
    if before not in (None, "", account):
        raise RealAccountError(f"{REAL_ACCOUNT_VARIABLE} says {before}, --real-account {account}: make them agree")
    os.environ[REAL_ACCOUNT_VARIABLE] = account
    try:
        yield
    finally:
        del os.environ[REAL_ACCOUNT_VARIABLE]
        os.environ.update({} if before is None else {REAL_ACCOUNT_VARIABLE: before})


def _caller(account: str, region: str) -> str:
    """Return the ARN of whoever makes the calls, after comparing the account.

    See https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
    """
    try:
        identity = make_client("sts", region).get_caller_identity()
    except (BotoCoreError, ClientError) as error:
        raise RealAccountError(f"refused: AWS does not say whose credentials these are ({error})") from error
    if identity["Account"] != account:
        raise RealAccountError(
            f"refused: these credentials belong to account {identity['Account']}, not to {account}; nothing was made"
        )
    return str(identity["Arn"])


def _tell(account: str, region: str, caller: str, story: Story, most: Estimate) -> None:
    print(f"`day89 demo {story.name}` on a real account\n")
    print(f"  account   {account}, region {region}, as {caller}")
    print("  makes     a bucket, a role with its profile, a security group without SSH, an alarm or a queue,")
    print(f"            and {story.instances} instance{'s'[: story.instances != 1]} at once at most")
    print("  ends      everything is taken down at the end, also after an error, Ctrl-C or SIGTERM; whatever")
    print(f"            becomes of this machine, each instance ends by itself after {LIFETIME_MINUTES} minutes, and")
    print("            what lies in the bucket expires after a day; all of it is tagged with day89:expires")
    print("  costs     at most, if every instance lives for as long as it is allowed to:\n")
    print("\n".join(f"    {line}" for line in str(most).splitlines()), flush=True)
    print()


def _confirm(account: str) -> None:
    if not sys.stdin.isatty():
        raise RealAccountError("refused: nobody is here to be asked; --yes says that you know what this costs")
    print(f"Type the account id {account} to begin, anything else to leave: ", end="", flush=True)
    if sys.stdin.readline().strip() != account:
        raise RealAccountError("refused: it was not confirmed; nothing was made")
