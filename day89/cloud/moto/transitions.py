"""Make transitional states last: an instance is pending before it runs, and stopping before it has stopped."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from day89.cloud.messages.model import ApiCall
from day89.cloud.moto.backend import active_backends
from day89.cloud.moto.state import CloudState

__all__ = ["AWS", "INSTANT", "Pace", "TransitionTimer"]

# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-lifecycle.html
TRANSITIONS = {"running": ("pending", 0), "stopped": ("stopping", 64), "terminated": ("shutting-down", 32)}
CODES = {"running": 16, "stopped": 80, "terminated": 48}
OWN_INTERFACE = "Primary network interface"  # as moto describes one that it makes for an instance
# An instance whose state waits for looks boots with the call that finds it running, or so long after the last of these
# looks: on AWS no program ends before whoever asks once a second has seen its instance run.
BOOT_SECONDS = 5.0
HISTORY = 50  # states kept of an instance
LOOKS = frozenset({"DescribeInstances", "DescribeInstanceStatus"})


@dataclass(frozen=True)
class Pace:
    """The durations of transitional states.

    Args:
        looks: so many Describe calls still see it.
        milliseconds: so long it lasts at least.
        checks: so many looks at a running instance its status checks are ``initializing``; None is as ``looks``.
    """

    looks: int = 0
    milliseconds: float = 0
    checks: int | None = None

    @classmethod
    def of(cls, text: str | Pace) -> Pace:
        """Read a pace: ``instant``, ``aws``, or one as it is."""
        if isinstance(text, Pace):
            return text
        named = {"instant": INSTANT, "aws": AWS}
        if text not in named:
            raise ValueError(f"a pace is 'instant', 'aws' or a Pace, not {text!r}")
        return named[text]


INSTANT = Pace()
# Typical, not promised: a small Linux instance is running after some 15 s.
AWS = Pace(milliseconds=15_000)


@dataclass
class _Moving:
    instance: Any
    target: str
    looks: int
    due: float
    boots: float = 0.0  # not before


class TransitionTimer:
    """The timer of transitional instance states; moto itself knows only the lasting ones."""

    def __init__(self, pace: Pace, state: CloudState) -> None:
        """Begin with nothing on the move."""
        self.pace = pace
        self.state = state
        self.shown: dict[str, str] = {}
        self.moving: dict[str, _Moving] = {}
        self.history: dict[str, list[tuple[str, float]]] = {}  # states by instance, each with when it began

    def state_now(self, instance: Any) -> str:
        """Return the state of which the next call is told, without a call: time passes by itself."""
        move = self.moving.get(instance.id)
        if move is not None and move.instance.state != TRANSITIONS[move.target][0]:
            return str(instance.state)  # it was changed from inside meanwhile
        is_due = move is not None and move.looks <= 0 and time.monotonic() >= move.due
        return move.target if move is not None and is_due else str(instance.state)

    def note(self, instance_id: str, name: str) -> None:
        """Remember that an instance is in a state, and since when: now, where it is a new one."""
        states = self.history.setdefault(instance_id, [])
        if not states or states[-1][0] != name:
            states.append((name, time.time()))
            del states[:-HISTORY]

    def before(self, call: ApiCall) -> None:
        """Bring every instance whose time has come to its lasting state."""
        if call.service not in ("ec2", "autoscaling"):
            return
        self._watch(call)
        self.bring_due()

    def bring_due(self) -> None:
        """Bring every instance whose time has come to its lasting state; the caller holds the gateway's lock."""
        for instance_id, move in list(self.moving.items()):
            if move.looks <= 0 and time.monotonic() >= move.due:
                self._arrive(instance_id, move)

    def after(self, call: ApiCall) -> None:
        """Count a look, and set what a call has moved on its way."""
        if call.operation in LOOKS:
            self._look(call)
        elif call.service in ("ec2", "autoscaling") and not call.operation.startswith("Describe"):
            self._watch(call)

    def _look(self, call: ApiCall) -> None:
        ids = call.params.get("InstanceIds")
        for instance_id, move in self.moving.items():
            same_place = move.instance.region_name == call.region and move.instance.owner_id == call.account
            if same_place and (not ids or instance_id in ids):
                move.looks -= 1
                if move.looks == 0:
                    move.boots = time.monotonic() + BOOT_SECONDS
        if call.operation == "DescribeInstanceStatus":
            for instance in self._instances(call):
                instance.day89_checks = max(0, getattr(instance, "day89_checks", 0) - (instance.state == "running"))

    def _watch(self, call: ApiCall) -> None:
        for instance in self._instances(call):
            name = instance.state
            if self.shown.get(instance.id) != name:
                self._depart(instance, name)

    def _depart(self, instance: Any, target: str) -> None:
        if target not in TRANSITIONS:
            self.shown[instance.id] = target
            self.note(instance.id, target)
            return
        due = time.monotonic() + self.pace.milliseconds / 1000
        self.moving[instance.id] = _Moving(instance, target, self.pace.looks, due)
        _show(instance, *TRANSITIONS[target])
        self.shown[instance.id] = instance.state
        self.note(instance.id, instance.state)
        if target == "running":
            # The public address comes with the state: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-instance-addressing.html
            for nic in instance.nics.values():
                nic.stop()

    def _arrive(self, instance_id: str, move: _Moving) -> None:
        del self.moving[instance_id]
        _show(move.instance, move.target, CODES[move.target])
        self.shown[instance_id] = move.target
        self.note(instance_id, move.target)
        if move.target == "terminated":
            _drop_interfaces(move.instance)
        if move.target == "running":
            checks = self.pace.looks if self.pace.checks is None else self.pace.checks
            move.instance.day89_checks = checks
            move.instance.day89_checks_due = time.monotonic() + self.pace.milliseconds / 1000
            for nic in move.instance.nics.values():
                nic.start()

    def end_all(self) -> None:
        """Show every instance of every region as terminated."""
        for found in active_backends("ec2"):
            for instance in found.all_instances():
                _show(instance, "terminated", CODES["terminated"])

    def _instances(self, call: ApiCall) -> list[Any]:
        return list(self.state.backend("ec2", call.account, call.region).all_instances())


def checks_passed(instance: Any) -> bool:
    """Return whether the status checks of a running instance have passed by now."""
    return getattr(instance, "day89_checks", 0) <= 0 and time.monotonic() >= getattr(instance, "day89_checks_due", 0)


def _drop_interfaces(instance: Any) -> None:
    """Delete the interfaces that came with an instance: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-eni.html"""
    for nic in instance.nics.values():
        if nic.description == OWN_INTERFACE and nic.id in instance.ec2_backend.enis:
            nic.delete()


def _show(instance: Any, name: str, code: int) -> None:
    instance._state.name = name
    instance._state.code = code
