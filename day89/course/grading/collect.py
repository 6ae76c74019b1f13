"""Collect the checks of a folder without running one: ``python -m day89.course.grading.collect FOLDER SCRATCH``."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from day89.course.grading.marks import describe, problems
from day89.course.grading.reporter import arguments

__all__ = ["main"]


class _Collector:
    """A pytest plugin that notes the checks and what is wrong with them, and runs none."""

    def __init__(self) -> None:
        self.found: dict[str, Any] = {"checks": [], "problems": []}

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Note a file that cannot be imported."""
        if report.failed:
            self.found["problems"].append(f"{report.nodeid} cannot be imported: {report.longreprtext.strip()[-300:]}")

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Note the checks."""
        wrong = problems(items)
        self.found["problems"] += wrong
        self.found["checks"] = [] if wrong else [asdict(describe(item)) for item in items]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self) -> bool:
        """Run nothing."""
        return True


def main(words: list[str]) -> int:
    """Write what was collected into ``collected.json`` of the scratch folder.

    Args:
        words: the folder of the checks, and the scratch folder.
    """
    folder, scratch = words
    collector = _Collector()
    tasks = sorted({file.name.split("_")[2].removesuffix(".py") for file in Path(folder).glob("test_exercise_*.py")})
    job = {"checks": folder, "folder": scratch, "place": scratch, "tasks": [f"{number}.1" for number in tasks]}
    pytest.main([*arguments(job), "--collect-only"], plugins=[collector])
    Path(scratch, "collected.json").write_text(json.dumps(collector.found), "utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
