"""Pack feedback files under the names that a platform wants back.

Moodle reads any path with ``name_id_assignsubmission_file`` in it (``mod/assign/feedback/file/importziplib.php``);
Canvas the first two numbers of a flat name, the user's and the attachment's (``infer_comment_context_from_filename``);
Brightspace the folder names of its own download. So the names are those that came in.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from html import escape
from typing import Any

from day89.course.reports import feedback
from day89.errors import UsageError

__all__ = ["PLATFORMS", "pack"]

MOODLE = re.compile(r"[^/]*_assignsubmission_[a-z0-9]+?(?=_?(?:/|$)|_)")
CANVAS = re.compile(r"(?:.*_)?(?:\d+|anon_[^_]+)_\d+_[^/]+")
BRIGHTSPACE = re.compile(r"\d+-\d+ - .+ - [^/]+(?=/)")
PAGE = """<!doctype html>
<meta charset="utf-8">
<title>{title}</title>
<style>body {{ font: 16px/1.5 sans-serif; max-width: 50em; margin: 1em auto; white-space: pre-wrap }}</style>
{body}
"""


def _moodle(where: str) -> str | None:
    match = next((found for part in where.split("/") if (found := MOODLE.match(part))), None)
    return f"{match[0]}/feedback.html" if match else None


def _canvas(where: str) -> str | None:
    match = next((found for part in where.split("/") if (found := CANVAS.fullmatch(part))), None)
    return f"{match[0]}.feedback.html" if match else None


def _brightspace(where: str) -> str | None:
    match = next((found for part in _tails(where) if (found := BRIGHTSPACE.match(part))), None)
    return f"{match[0]}/feedback.html" if match else None


def _tails(where: str) -> list[str]:
    parts = where.split("/")
    return ["/".join(parts[start:]) for start in range(len(parts))]


PLATFORMS = {"moodle": _moodle, "canvas": _canvas, "brightspace": _brightspace}


def pack(results: Mapping[str, Any], platform: str) -> tuple[bytes, list[str]]:
    """Return a zip of feedback files.

    Args:
        results: the data of the result file.
        platform: one of ``PLATFORMS``.

    Returns:
        The zip, and whom it holds no file for, each with the reason.

    Raises:
        UsageError: no submission came from this platform.
    """
    target, left, taken = io.BytesIO(), [], set()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for one in results["submissions"]:
            where = one.get("where")
            name = PLATFORMS[platform](str(where).replace("\\", "/")) if where else None
            if name is None or name in taken:
                why = "nothing was handed in" if not where else f"{where} is no name of {platform}"
                left.append(f"{one['path']}: {why}")
                continue
            taken.add(name)
            # A fixed date: the same results give the same zip.
            archive.writestr(zipfile.ZipInfo(name), _page(one, results).encode())
    if not taken:
        raise UsageError(f"no submission has a name of {platform}: grade the zip that {platform} exported")
    return target.getvalue(), left


def _page(one: Mapping[str, Any], results: Mapping[str, Any]) -> str:
    return PAGE.format(title=escape(str(one["path"])), body=escape(feedback.render(one, results)))
