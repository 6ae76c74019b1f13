"""A check that did not report is no verdict: a new server tries again, and what is lost then is a fault of the tool."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from day89.course.grading.supervisor import WarmServer
from day89.errors import ToolError


@pytest.fixture
def losing(supervisor: WarmServer, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], list[int]]:
    """Return a function that makes so many servers to come lose their reports; it lists the starts."""

    def lose(servers: int) -> list[int]:
        starts: list[int] = []
        start, event = supervisor.start, supervisor._event
        supervisor.stop()

        def counted() -> None:
            starts.append(1)
            start()

        def lossy(line: bytes) -> dict[str, Any] | None:
            found = event(line)
            return None if found and found.get("event") in ("start", "end") and len(starts) <= servers else found

        monkeypatch.setattr(supervisor, "start", counted)
        monkeypatch.setattr(supervisor, "_event", lossy)
        return starts

    return lose


def test_lost_reports_are_fetched_by_a_new_server(graded: Any, right: str, losing: Any) -> None:
    starts = losing(1)
    result = graded(right)
    assert (result.status, result.score, len(starts)) == ("graded", 5, 2)


def test_reports_lost_twice_are_a_fault_of_the_tool(graded: Any, right: str, losing: Any) -> None:
    losing(2)
    result = graded(right)
    assert result.status == "tool_error"
    assert "checks did not report" in result.message


def test_the_submission_after_that_has_a_new_server(graded: Any, right: str, losing: Any) -> None:
    losing(2)
    graded(right)
    assert graded(right).status == "graded"


def test_a_server_that_ends_by_itself_is_replaced(
    graded: Any, right: str, supervisor: WarmServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    following, ended = supervisor.next_event, []

    def end_once(deadline: float) -> dict[str, Any] | None:
        if not ended:
            ended.append(1)
            raise ToolError("the grading process ended by itself")
        return following(deadline)

    monkeypatch.setattr(supervisor, "next_event", end_once)
    assert graded(right).score == 5


@pytest.mark.parametrize("left", ["deep", "closed"])
def test_what_a_submission_leaves_in_its_folder_costs_nobody_else(left: str, graded: Any, right: str) -> None:
    acts = {"deep": "for _ in range(3000):\n        os.mkdir('d'); os.chdir('d')", "closed": "os.mkdir('d', 0)"}
    graded(f"import os\ndef list_keys(key):\n    {acts[left]}\n    return []\n")
    assert graded(right).score == 5


def test_what_checks_leave_is_collected(graded: Any, right: str) -> None:
    """The server collects nothing while it imports; its forks must: checks make hundreds of clients."""
    assert graded(f"import gc\nassert gc.isenabled()\n{right}").score == 5
