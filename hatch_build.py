"""Put the files of the course into the package when a wheel is built, and only then.

An editable installation reads them in the checkout; a copy in site-packages would be stale after the first change.
https://hatch.pypa.io/latest/plugins/build-hook/custom/
"""

from __future__ import annotations

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FILES = {
    "tests/graded": "day89/_files/graded",
    "docs/lesson.md": "day89/_files/docs/lesson.md",
    "course.toml": "day89/_files/course.toml",
    "exercise.py": "day89/_files/exercise.py",
    "solution.py": "day89/_files/solution.py",
    "data": "day89/_files/data",
    "quiz": "day89/_files/quiz",
}


class CourseFiles(BuildHookInterface):  # type: ignore[type-arg]
    """The course's files as part of the package."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the files to what is packed, unless the installation is an editable one."""
        if version != "editable":
            build_data["force_include"].update(FILES)
