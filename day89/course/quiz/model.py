"""Say what a question is: plain frozen data, no behaviour that draws or stores."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

__all__ = [
    "ASKS",
    "CHOICE_TYPES",
    "OUTCOMES",
    "SECTIONS",
    "TEACHING_ASKS",
    "TYPES",
    "Option",
    "OrderedLine",
    "Question",
    "Quiz",
    "Topic",
    "Verify",
    "WrongOption",
]

TYPES = ("mcq", "multi", "trace", "fix", "numeric", "short", "order")
CHOICE_TYPES = ("mcq", "multi", "trace", "fix")
# What a stem asks for. The first three make a learner explain or predict, which is what teaches.
ASKS = ("why", "what happens", "what is wrong", "which", "how much", "how")
TEACHING_ASKS = ("why", "what happens", "what is wrong")

OUTCOMES = {
    1: "explain buckets, keys, prefixes and regions, and predict a listing",
    2: "upload, download, list all and delete objects at any number of keys",
    3: "move tables between S3 and a DataFrame without loss",
    4: "choose the right exception for each call and let the rest propagate",
    5: "choose client or resource with a reason",
    6: "create a bucket in any region, idempotently, and delete it",
    7: "pick a storage class, write lifecycle rules and price them",
    8: "secure a bucket and share an object by presigned URL",
    9: "launch tagged instances with a current AMI, role, group and user data",
    10: "find instances across reservations, pages, states and regions",
    11: "drive the state machine with waiters",
    12: "guarantee that no instance leaks, and prove it",
    13: "write a least-privilege role, trust policy and instance profile",
    14: "restrict a security group and place it in a VPC",
    15: "build an idempotent input, process, output pipeline",
    16: "version a model immutably, with a checksum, and roll back",
    17: "serve a model over HTTP",
    18: "choose spot, size and scaling, and the metric that shows it",
}

# What a question can be about -> the heading of docs/lesson.md under which it stands.
SECTIONS = {
    "S3 key concepts": "S3: storage",
    "S3 storage classes": "Storage classes",
    "Lifecycle": "Cost",
    "S3 operations": "Upload, download, list, delete",
    "S3 for ML": "S3 for machine learning",
    "EC2 key concepts": "EC2: compute",
    "EC2 operations": "EC2: compute",
    "Deploying on EC2": "Deploying on EC2",
    "S3 and EC2 pipeline": "S3 and EC2 together",
    "Encryption": "Security",
    "IAM roles": "Security",
    "Least privilege": "Security",
    "Security groups": "Security",
    "VPC": "Security",
    "Spot": "Cost",
    "Right-sizing": "Cost",
    "Auto scaling": "Cost",
    "Client and resource": "boto3",
    "Error handling": "Errors",
    "CloudWatch": "Monitoring",
    "S3 metrics": "Monitoring",
    "Use case: training": "Three stories",
    "Use case: inference": "Three stories",
    "Use case: data processing": "Three stories",
}


@dataclass(frozen=True)
class Option:
    """One choice: what it says, whether it is right, and why."""

    letter: str
    text: str
    correct: bool
    why: str
    misconception: str | None = None
    prints: str | None = None
    raises: str | None = None
    code: str | None = None


@dataclass(frozen=True)
class OrderedLine:
    """One line (or block) of a program to put in order; one that has no place has ``place`` None and a ``why``."""

    letter: str
    code: str
    place: int | None
    why: str = ""
    misconception: str | None = None


@dataclass(frozen=True)
class WrongOption:
    """A typed answer that is known to be wrong, and what it shows."""

    value: str
    why: str
    misconception: str | None


@dataclass(frozen=True)
class Verify:
    """How the key is compared with what really happens."""

    setup: str = ""
    run: str = ""
    check: str = ""
    cloud: dict[str, object] = field(default_factory=dict)
    reason_not_run: str = ""


@dataclass(frozen=True)
class Question:
    """One question as the file has it; ``options`` and ``lines`` keep the order of the file."""

    id: str
    version: int
    type: str
    ask: str
    topic: str
    outcome: int
    exercise: int
    section: str
    stem: str
    explain: str
    refs: tuple[str, ...]
    checked: date
    valid_until: date
    code: str = ""
    language: str = "python"
    options: tuple[Option, ...] = ()
    lines: tuple[OrderedLine, ...] = ()
    answers: tuple[str, ...] = ()
    tolerance: float = 0.0
    unit: str = ""
    wrong: tuple[WrongOption, ...] = ()
    hints: tuple[str, ...] = ()
    verify: Verify | None = None

    @property
    def key(self) -> tuple[str, ...]:
        """Return the right letters: of the options, or of the lines in their order."""
        if self.type == "order":
            placed = [line for line in self.lines if line.place is not None]
            return tuple(line.letter for line in sorted(placed, key=lambda line: line.place or 0))
        return tuple(option.letter for option in self.options if option.correct)

    def expired(self, today: date) -> bool:
        """Say whether the day has passed until which its facts were known to be good."""
        return today > self.valid_until

    def option(self, letter: str) -> Option:
        """Return the option with this letter of the file's order."""
        return next(option for option in self.options if option.letter == letter)


@dataclass(frozen=True)
class Topic:
    """One file: its name, its title, its questions, and its place among the topics."""

    name: str
    title: str
    questions: tuple[Question, ...]
    position: int = 0


@dataclass(frozen=True)
class Quiz:
    """All topics, and the one-line names of the misconceptions that wrong options point at."""

    topics: tuple[Topic, ...]
    misconceptions: dict[str, str]

    def __iter__(self) -> Iterator[Question]:
        """Go through all questions in the order of the files."""
        for topic in self.topics:
            yield from topic.questions

    def __len__(self) -> int:
        """Count the questions."""
        return sum(len(topic.questions) for topic in self.topics)

    def find(self, question_id: str) -> Question | None:
        """Return the question with this id, or None."""
        return next((question for question in self if question.id == question_id), None)
