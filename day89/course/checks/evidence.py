"""Confirm a mistake that a check suspects by what was seen, and collect what was seen where none can be named.

A check proposes a mistake because it was written for it; whether the call trace, the error or the value shows that
mistake is decided here, once for all checks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from day89.course.checks.expectations import Wrong, describe_alone

__all__ = ["PROVABLE", "Scene", "confirm", "seen"]

LISTINGS = {"ListObjectsV2", "ListObjects", "ListObjectVersions", "DescribeInstances"}
TOKENS = {"ContinuationToken", "StartAfter", "Marker", "KeyMarker", "NextToken"}
READS = ("Get", "Head", "List", "Describe")
CONSOLE_LINES = 4
LINE_LETTERS = 200
# What a shell says where its words have been taken apart.
SHELL_COMPLAINTS = ("unexpected EOF while looking for", "unterminated quoted string", "Unknown options", "syntax error")
# What cleaning up raises where there is nothing to clean up, in place of the error that was on its way.
HIDES_THE_REASON = ("UnboundLocalError", "NameError", "TypeError", "ParamValidation", "InvalidInstance")


@dataclass(frozen=True)
class Scene:
    """What was seen of the last call of a submission's function.

    Attributes:
        error: what it raised, or None.
        arguments: the texts that it was given.
        trace: the calls of AWS that it made, in order (of ``day89.cloud.log``).
        log: every call of AWS so far, those of instances among them.
        consoles: instance id to its state and its console output.
    """

    error: BaseException | None
    arguments: Sequence[str]
    trace: Sequence[Any]
    log: Sequence[Any]
    consoles: Mapping[str, tuple[str, str]]

    def raised(self, *words: str) -> bool:
        """Return whether the error's class, code or text holds one of these words."""
        return self.error is not None and any(word in describe_alone(self.error) for word in words)

    @property
    def listings(self) -> list[Any]:
        """Return the calls that list something."""
        return [call for call in self.trace if call.operation in LISTINGS]


def _one_page(scene: Scene) -> bool:
    return bool(scene.listings) and not any(TOKENS & call.params.keys() for call in scene.listings)


def _same_page_again(scene: Scene) -> bool:
    asked = [(call.operation, str(call.params)) for call in scene.listings]
    return scene.raised("EndlessLoop") or len(set(asked)) < len(asked)


def _other_prefix(scene: Scene) -> bool:
    # A prefix is one of the arguments, or not given.
    return any(str(call.params.get("Prefix", "")) not in (*scene.arguments, "") for call in scene.listings) or any(
        call.params.get("Delimiter") or not call.params.get("Prefix") for call in scene.listings
    )


def _other_key(scene: Scene) -> bool:
    keys = {str(call.params["Key"]) for call in scene.trace if call.params.get("Key")}
    return bool(keys - set(scene.arguments))


def _keys_named(call: Any) -> int:
    return len((call.params.get("Delete") or {}).get("Objects") or [])


def _deletes(scene: Scene) -> list[Any]:
    return [call for call in scene.log if call.operation == "DeleteObjects"]


def _somebody_elses(call: Any) -> bool:
    """Return whether AWS has answered that a bucket belongs to another account."""
    return call.error_code == "BucketAlreadyExists" or (call.operation == "HeadBucket" and call.status == 403)


def _refused(scene: Scene) -> bool:
    return any(call.status == 403 for call in scene.trace)


def _taken_apart(scene: Scene) -> bool:
    whole = [text for text in scene.arguments if text]
    asked = {str(call.params["Key"]) for call in scene.log if call.params.get("Key")}
    parts = any(key not in whole and any(key in text for text in whole) for key in asked)
    return parts or any(word in console for _, console in scene.consoles.values() for word in SHELL_COMPLAINTS)


def _no_work(scene: Scene) -> bool:
    return not any(call.status < 300 and not call.operation.startswith(READS) for call in scene.trace)


def _answered(scene: Scene) -> bool:
    return scene.error is None


# Mistake -> what shows it. A mistake that is not here names what was found itself: the value is the evidence.
PROOFS: dict[str, Callable[[Scene], bool]] = {
    "B6": lambda scene: _answered(scene) or scene.raised("BucketAlreadyOwnedByYou"),
    "B7": lambda scene: any(_somebody_elses(call) for call in scene.trace),
    "D10": lambda scene: not scene.raised("ClientError"),
    "D14": lambda scene: _answered(scene) or scene.raised("gzip", "decode byte", "codec"),
    "E6": lambda scene: _answered(scene) or scene.raised("pending"),
    "E8": _answered,
    "E14": _one_page,
    "E23": lambda scene: scene.raised(*HIDES_THE_REASON),
    "E26": lambda scene: scene.raised("KeyError", "IndexError") or _answered(scene),
    "E35": lambda scene: _answered(scene) or scene.raised("TimeoutError", "RuntimeError"),
    "E36": lambda scene: _answered(scene),
    "E40": lambda scene: bool(scene.trace) or _answered(scene),
    "E47": lambda scene: scene.raised("RuntimeError"),
    "F3": _no_work,
    "L2": _one_page,
    "L3": lambda scene: any(int(call.params.get("MaxKeys") or 0) > 1000 for call in scene.listings),
    "L4": _same_page_again,
    "L5": _other_prefix,
    "M25": _answered,
    "N3": lambda scene: _answered(scene) or scene.raised("Duplicate", "EntityAlreadyExists", "LimitExceeded"),
    "N19": _taken_apart,
    "N20": lambda scene: _answered(scene) or scene.raised("Duplicate", "EntityAlreadyExists", "LimitExceeded"),
    "U7": _other_key,
    "U12": _refused,
    "U13": lambda scene: scene.raised("FileNotFoundError", "NotADirectoryError"),
    "U16": lambda scene: any(_keys_named(call) > 1000 for call in _deletes(scene)),
    "U17": lambda scene: _answered(scene) and any(call.status == 200 for call in _deletes(scene)),
    "U18": lambda scene: any(_keys_named(call) == 0 for call in _deletes(scene)),
    "U31": lambda scene: _answered(scene) or scene.raised("AttributeError", "TypeError"),
}
PROVABLE = frozenset(PROOFS)


def confirm(mistake: str | None, scene: Scene) -> str | None:
    """Return a suspected mistake where the scene shows it, else None."""
    proof = PROOFS.get(mistake or "")
    return mistake if proof is None or proof(scene) else None


def seen(wrong: Wrong, scene: Scene) -> list[str]:
    """Return what was seen beside what was found, a line of text each.

    Args:
        wrong: the failure; where it names a mistake, or tells the last answer of AWS itself, that call is left out.
        scene: what was seen.
    """
    lines = []
    if scene.trace and wrong.mistake is None:
        lines.append(f"the last call to AWS: {scene.trace[-1].action} {_without_number(scene.trace[-1])}")
    return lines + console_lines(scene.consoles)


def console_lines(consoles: Mapping[str, tuple[str, str]]) -> list[str]:
    """Return how the consoles of instances end, a line of text each.

    Args:
        consoles: instance id to its state and its console output.
    """
    lines = []
    for instance_id, (state, console) in consoles.items():
        ends = [line.rstrip() for line in console.splitlines() if line.strip()][-CONSOLE_LINES:]
        lines.append(f"{instance_id} is {state}; its console " + ("ends with:" if ends else "is empty"))
        lines += [line if len(line) <= LINE_LETTERS else f"…{line[-LINE_LETTERS:]}" for line in ends]
    return lines


def _without_number(call: Any) -> str:
    return " ".join(str(call).split(" ")[2:])
