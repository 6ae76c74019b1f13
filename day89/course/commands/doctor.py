"""Run ``day89 doctor``: show which isolation this machine really gives to submissions, and to scripts of instances."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict

from day89.course.boundary.probes import IsolationReport, Probe, candidates, examine
from day89.course.doctor.instances import Attempt, InstanceReport, examine_instances

__all__ = ["configure", "run"]

ADVICE = {
    "bubblewrap": "Every cohort may be graded here.",
    "namespaces": "Every cohort may be graded here.",
    "landlock": "Every cohort may be graded here, but a submission sees which files there are, and their sizes:\n"
    "installing bubblewrap, or allowing user namespaces, takes that away (docs/trust.md).",
    "process": "Grades are safe from tampering, this computer is NOT safe from the submissions: grade strangers'\n"
    "files on Linux 5.13 or later (a virtual machine, WSL2 or CI will do), or say `--isolation none`.",
}
NO_INSTANCES = "Scripts of instances (exercises 4 and 5) run as you here: launch only what you would run yourself."


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("--json", action="store_true", help="print what was found as JSON")


def run(options: argparse.Namespace) -> int:
    """Try to break out of each way of isolation, and say what held."""
    reports = [examine(name, confinement, thorough=True) for name, confinement in candidates()]
    chosen = next((report for report in reports if report.is_jail), reports[-1])
    instances = examine_instances()
    if options.json:
        found = {"isolation": chosen.name, "reports": [_as_data(report, report.probes) for report in reports]}
        print(json.dumps(found | {"instances": _as_data(instances, instances.attempts)}, indent=2))
        return 0
    for report in reports:
        _show(report.summary, report.probes)
    _show(instances.summary, instances.attempts)
    print(f"`day89 grade` uses: {chosen.name}")
    print(ADVICE[chosen.name])
    print(f"Instances run in: {instances.name}")
    if not instances.is_jail:
        print(NO_INSTANCES)
    return 0


def _show(summary: str, probes: Sequence[Probe | Attempt]) -> None:
    print(summary)
    for probe in probes:
        word = "held  " if probe.held else "open  " if getattr(probe, "known", False) else "BROKEN"
        print(f"  {word}  {probe.what}" + ("" if probe.held else f": {probe.detail}"))
    print()


def _as_data(report: IsolationReport | InstanceReport, probes: Sequence[Probe | Attempt]) -> dict[str, object]:
    tried = [asdict(probe) for probe in probes]
    return {"name": report.name, "jail": report.is_jail, "problem": report.problem, "probes": tried}
