"""Write results in the formats that the command line asks for."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from day89.course.results.checkpoint import write_text
from day89.errors import UsageError

__all__ = ["configure", "targets", "write"]

FORMATS = {
    "csv": "a gradebook for a spreadsheet",
    "junit": "JUnit XML for a CI service",
    "gradescope": "Gradescope's results.json (one submission)",
    "html": "one page on the whole cohort, with no other file",
    "github": "a summary for GitHub Actions, in Markdown",
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options that name files to write; ``-`` is standard output."""
    parser.add_argument("--json", metavar="FILE", help="write the result file; - writes it to standard output")
    for name, what in FORMATS.items():
        parser.add_argument(f"--{name}", metavar="FILE", help=f"write {what}")
    parser.add_argument("--feedback", metavar="FOLDER", help="write feedback for each learner, in Markdown")


def targets(args: argparse.Namespace) -> list[str]:
    """Return the files that were asked for."""
    return [value for name in ("json", *FORMATS) if (value := getattr(args, name, None))]


def write(args: argparse.Namespace, results: Mapping[str, Any]) -> None:
    """Write every format that was asked for, except the result file where that is kept already.

    Args:
        args: the command line.
        results: the data of the result file.

    Raises:
        UsageError: a file cannot be written, or two formats want standard output.
    """
    if targets(args).count("-") > 1:
        raise UsageError("only one format can go to standard output: give the others a file")
    if args.json == "-":
        sys.stdout.write(json.dumps(results, ensure_ascii=False, indent=1, allow_nan=False) + "\n")
    links = None
    if args.feedback:
        links = _feedback(results, Path(args.feedback), args.html)
    for name in FORMATS:
        if target := getattr(args, name):
            _put(target, _writer(name)(results) if name != "html" else _page(results, links))


def _writer(name: str) -> Callable[[Mapping[str, Any]], str]:
    from day89.course.reports import github, gradebook, gradescope, junit  # only what was asked for is worth importing

    writers = {"csv": gradebook, "junit": junit, "gradescope": gradescope, "github": github}
    return writers[name].render


def _page(results: Mapping[str, Any], links: list[str] | None) -> str:
    from day89.course.reports import html  # brings scipy and Jinja

    return html.render(results, links)


def _feedback(results: Mapping[str, Any], folder: Path, page: str | None) -> list[str]:
    from day89.course.reports import feedback

    try:
        feedback.write_all(results, folder)
    except OSError as error:
        raise UsageError(f"cannot write feedback into {folder}: {error.strerror}") from None
    base = Path(page).resolve().parent if page and page != "-" else Path.cwd()
    return [
        os.path.relpath(folder.resolve() / name, base).replace(os.sep, "/") for name in feedback.file_names(results)
    ]


def _put(target: str, text: str) -> None:
    if target == "-":
        sys.stdout.write(text)
        return
    try:
        write_text(Path(target), text)
    except OSError as error:
        raise UsageError(f"cannot write {target}: {error.strerror}") from None
