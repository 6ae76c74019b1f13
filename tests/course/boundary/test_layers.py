"""Every way of isolation that this machine has withstands every attempt of ``day89 doctor``, and says what it lacks."""

from __future__ import annotations

import sys

import pytest

probes = pytest.importorskip("day89.course.boundary.probes", reason="this system has no process boundary")

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="a jail is to be had on Linux only")
KINDS = {
    *("find answers, checks or quiz anywhere", "change mode, time or owner of a file", "make a UDP socket"),
    *(
        "change limits or scheduling of a process",
        "send a datagram to a UNIX socket",
        "hold a power of root, raise a limit",
    ),
    *("fill the disk with many files", "leave folders that cannot be removed", "look into the memory of a process"),
}


@pytest.mark.parametrize("name", ["bubblewrap", "namespaces", "landlock"])
def test_no_attempt_to_break_out_succeeds(name: str) -> None:
    confinement = dict(probes.candidates()).get(name)
    if confinement is None:
        pytest.skip(f"this machine has no {name}")
    report = probes.examine(name, confinement, thorough=True)
    if report.problem:
        pytest.skip(report.summary)
    assert [probe for probe in report.probes if not probe.held and not probe.known] == []
    assert report.is_jail
    assert {probe.what for probe in report.probes} >= KINDS
    assert any(probe.known for probe in report.probes) == (name == "landlock")


def test_the_attempts_are_real_ones_without_a_jail_they_succeed() -> None:
    report = probes.examine("process", dict(probes.candidates())["process"])
    broken = {probe.what for probe in report.probes if not probe.held}
    assert not report.is_jail
    assert broken >= KINDS - {
        *(
            "hold a power of root, raise a limit",
            "fill the disk with many files",
            "leave folders that cannot be removed",
        ),
        "look into the memory of a process",  # Yama may refuse it
    }
