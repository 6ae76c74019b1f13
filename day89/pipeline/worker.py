"""Do some parts of a plan: what an instance of the fleet runs as ``python -m day89.pipeline.worker``."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence

from day89.clients import make_client
from day89.errors import Day89Error
from day89.pipeline.parts import run_part
from day89.pipeline.plan import read_plan
from day89.pipeline.steps import load_step

__all__ = ["main"]


def main(argv: Sequence[str]) -> int:
    """Do the parts, one after the other.

    Args:
        argv: bucket, key of the plan, key of the shares, index of its own share, step as ``package.module:function``.

    Returns:
        0 where all are done, 1 where something was wrong, which is said in one line.
    """
    bucket, plan_key, shares_key, index, step = argv
    try:
        s3 = make_client("s3")
        plan, work = read_plan(s3, bucket, plan_key), load_step(step)
        shares = json.loads(s3.get_object(Bucket=bucket, Key=shares_key)["Body"].read())
        for number in shares[int(index)]:
            done = run_part(s3, plan, plan.parts[number], work)
            print(f"part {number}: {done.rows_kept} of {done.rows_read} rows kept", flush=True)
    except Day89Error as error:
        print(f"day89: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
