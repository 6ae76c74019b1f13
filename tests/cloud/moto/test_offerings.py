"""What instance types a region offers stays what moto says, loaded only when it is asked for."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from day89.cloud.moto import patch_ec2  # noqa: F401  it installs what is tested here

# Runs in interpreters of their own: what is installed stays for as long as a process lives.
SAY = """
import json, sys
if sys.argv[1] == "when asked":
    import day89.cloud.moto.patch_ec2
from moto.ec2.models.instance_types import INSTANCE_TYPE_OFFERINGS as all
held = sum(map(len, all.values()))
print(json.dumps({"held": held, "said": {where: all[where].get("eu-west-1") for where in sorted(all)}}))
"""


def _say(how: str) -> dict[str, object]:
    return dict(json.loads(subprocess.run([sys.executable, "-c", SAY, how], capture_output=True, check=True).stdout))


def test_it_holds_no_region_and_says_what_moto_says() -> None:
    ours, motos = _say("when asked"), _say("at once")
    assert ours["said"] == motos["said"]
    assert ours["held"] == 0


def test_a_region_that_there_is_not_has_none() -> None:
    from moto.ec2.models.instance_types import INSTANCE_TYPE_OFFERINGS

    offered = INSTANCE_TYPE_OFFERINGS["region"]
    assert offered.get("xx-nowhere-1", []) == []
    with pytest.raises(KeyError):
        offered["xx-nowhere-1"]
    assert "xx-nowhere-1" not in offered
