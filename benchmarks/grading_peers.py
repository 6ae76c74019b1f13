"""Run the graders that others use on two small assignments, as one would on a cohort: one submission after the other.

Each assignment is a folder of ``benchmarks/grading`` that holds the right answers, and the same checks once for each
grader, in its own idiom. Peers are installed on the way into a folder of their own; what cannot be had is skipped.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

__all__ = ["ASSIGNMENTS", "PEERS", "hand_out", "install", "peer_command", "spent_by"]

ASSIGNMENTS = Path(__file__).parent / "grading"
# name -> what to install
PEERS = {
    "plain pytest, cold": (),
    "gradescope-utils": ("gradescope-utils",),
    "check50 --dev": ("check50",),
    "otter run": ("otter-grader", "ipykernel"),
}
# Every fourth submission is wrong somewhere, so that failing is measured too.
WRONG = {"pure": ("a + b", "a - b"), "s3": ('page.get("Contents", [])]', 'page.get("Contents", [])][:1]')}


def install(name: str, folder: Path) -> bool:
    """Install a peer into a folder, and return whether that went well.

    Args:
        name: one of ``PEERS``.
        folder: where to; it is used from there, and touches nothing else.
    """
    if not PEERS[name]:
        return True
    pip = ["uv", "pip", "install"] if shutil.which("uv") else [sys.executable, "-m", "pip", "install"]
    words = [*pip, "--quiet", "--target", str(folder), *PEERS[name]]
    if pip[0] == "uv":
        words += ["--python", sys.executable]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    return done.returncode == 0


def hand_out(assignment: str, folder: Path, count: int) -> list[Path]:
    """Write a cohort: one folder a submission, with the test files beside it, as each peer wants it.

    Args:
        assignment: ``pure`` or ``s3``.
        folder: where to.
        count: how many submissions.
    """
    source = ASSIGNMENTS / assignment
    right = (source / "exercise.py").read_text()
    wrong = right.replace(*WRONG[assignment])
    assert right != wrong
    made = []
    for number in range(count):
        place = folder / f"{assignment}{number:02}"
        place.mkdir(parents=True)
        (place / "exercise.py").write_text(f"# submission {number}\n" + (wrong if number % 4 == 3 else right))
        for name in ("test_exercise.py", "run_tests.py"):
            shutil.copy(source / name, place / name)
        made.append(place)
    return made


def peer_command(name: str, assignment: str, packages: Path) -> list[str] | None:
    """Return the words that grade the submission of the current folder, or None where a peer has no checks for it."""
    python, source = sys.executable, ASSIGNMENTS / assignment
    if name == "plain pytest, cold":
        return [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_exercise.py"]
    if name == "gradescope-utils":
        return [python, "run_tests.py"]
    if name == "check50 --dev":
        return [python, "-m", "check50", "--dev", "-o", "json", "--output-file", "r.json", str(source / "check50")]
    if not (source / "otter").is_dir():
        return None
    archive = packages / f"{assignment}.zip"
    if not archive.exists():
        tests = packages / f"{assignment}-tests" / "tests"
        shutil.copytree(source / "otter", tests)
        words = [python, "-m", "otter", "generate", "-t", "tests", "-o", str(archive), "--no-environment"]
        subprocess.run(words, cwd=tests.parent, env=environment(packages), capture_output=True, check=True)
    return [python, "-m", "otter", "run", "-a", str(archive), "-o", ".", "--no-logo", "exercise.py"]


def environment(packages: Path) -> dict[str, str]:
    """Return the environment of a peer: its packages first, no plugin of pytest that happens to be installed here."""
    return {
        **{name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ},
        "PYTHONPATH": str(packages),
        "JUPYTER_PATH": str(packages / "share" / "jupyter"),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        "LANG": "C.UTF-8",
    }


def spent_by(words: list[str], folder: Path, packages: Path) -> float:
    """Run a command in a folder and return the processor seconds of it and of all that it waited for."""
    with _silent() as nothing:
        process = subprocess.Popen(words, cwd=folder, env=environment(packages), stdout=nothing, stderr=nothing)
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        raise RuntimeError(f"{' '.join(words)} ended with {process.returncode} in {folder}")
    return usage.ru_utime + usage.ru_stime


@contextmanager
def _silent() -> Iterator[int]:
    nothing = os.open(os.devnull, os.O_WRONLY)
    try:
        yield nothing
    finally:
        os.close(nothing)
