"""Run ``day89 doctor``: show which isolation this machine really gives to submissions."""

from __future__ import annotations

import argparse
import json

from day89.course.boundary.probes import Report, candidates, examine

__all__ = ["configure", "run"]

ADVICE = {
    "bubblewrap": "Every cohort may be graded here.",
    "landlock": "Every cohort may be graded here. Installing bubblewrap adds a second wall.",
    "process": "Grades are safe from tampering, this computer is NOT safe from the submissions: grade strangers'\n"
    "files on Linux 5.13 or later (a virtual machine, WSL2 or CI will do), or say `--isolation none`.",
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("--json", action="store_true", help="print what was found as JSON")


def run(options: argparse.Namespace) -> int:
    """Try to break out of each way of isolation, and say what held."""
    reports = [examine(name, confinement) for name, confinement in candidates()]
    chosen = next((report for report in reports if report.is_jail), reports[-1])
    if options.json:
        print(json.dumps({"isolation": chosen.name, "reports": [_as_data(report) for report in reports]}, indent=2))
        return 0
    for report in reports:
        print(report.summary)
        for probe in report.probes:
            print(
                f"  {'held  ' if probe.held else 'BROKEN'}  {probe.what}" + ("" if probe.held else f": {probe.detail}")
            )
        print()
    print(f"`day89 grade` uses: {chosen.name}")
    print(ADVICE[chosen.name])
    return 0


def _as_data(report: Report) -> dict[str, object]:
    probes = [{"what": probe.what, "held": probe.held, "detail": probe.detail} for probe in report.probes]
    return {"name": report.name, "jail": report.is_jail, "problem": report.problem, "probes": probes}
