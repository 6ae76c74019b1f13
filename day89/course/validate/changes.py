"""Choose the variants whose verdict can have changed since the last commit."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

from day89.course.validate.variants import Variant
from day89.errors import UsageError

__all__ = ["changed"]

MARK = re.compile(r"""\.task\(\s*["'](\d\.\d)["']""")


def changed(variants: Sequence[Variant], folder: Path) -> list[Variant]:
    """Return the variants that differ from the last commit, and those of tasks whose checks do.

    A change anywhere else in the grader, the local cloud or the solution can touch every variant.

    Args:
        variants: all of them.
        folder: their folder, in a checkout with git.

    Raises:
        UsageError: git cannot be asked.
    """
    root = folder.parents[1]
    paths = _differing(root)
    own = {path.removeprefix("tests/variants/") for path in paths if path.startswith("tests/variants/")}
    files = [path for path in paths if path.startswith(("day89/", "tests/graded/")) or path == "solution.py"]
    if any(not path.startswith("tests/graded/test_") for path in files):
        return list(variants)
    tasks = {id for path in files if (root / path).exists() for id in MARK.findall((root / path).read_text("utf-8"))}
    return [one for one in variants if one.name in own or one.task in tasks]


def _differing(root: Path) -> list[str]:
    found: list[str] = []
    for command in (["diff", "--name-only", "HEAD"], ["ls-files", "--others", "--exclude-standard"]):
        try:
            done = subprocess.run(["git", *command], cwd=root, capture_output=True, text=True, check=True)
        except (OSError, subprocess.CalledProcessError):
            raise UsageError("--changed asks git what differs from the last commit, and git does not answer") from None
        found += done.stdout.splitlines()
    return found
