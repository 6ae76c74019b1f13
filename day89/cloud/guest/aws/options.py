"""Read the command line of ``aws``."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["CommandLine", "Usage"]

# Options of every command that take a value and mean nothing here.
IGNORED = frozenset(
    {"--profile", "--cli-read-timeout", "--cli-connect-timeout", "--color", "--ca-bundle", "--page-size"}
)
IGNORED_FLAGS = frozenset(
    {"--no-cli-pager", "--debug", "--no-verify-ssl", "--no-paginate", "--no-cli-auto-prompt", "--no-progress"}
)
FLAGS = frozenset({"--no-sign-request", "--quiet", "--only-show-errors"})


class Usage(Exception):
    """The command line is wrong."""


@dataclass
class CommandLine:
    """A parsed command line: the service, its command, positional words, and options with their values.

    ``words`` keeps everything behind the command in order, for those who know which options take values.
    """

    arguments: list[str]
    service: str = ""
    command: str = ""
    region: str | None = None
    endpoint: str | None = None
    query: str | None = None
    output: str = "json"
    flags: set[str] = field(default_factory=set)
    words: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Take the options that all commands share out of the line."""
        known = {"--region": "region", "--endpoint-url": "endpoint", "--query": "query", "--output": "output"}
        rest: list[str] = []
        line = [part for word in self.arguments for part in _split(word)]
        while line:
            word = line.pop(0)
            if word in known and line:
                setattr(self, known[word], line.pop(0))
            elif word in IGNORED and line:
                line.pop(0)
            elif word in FLAGS:
                self.flags.add(word)
            elif word not in IGNORED_FLAGS:
                rest.append(word)
        self.service, self.command = [*rest[:2], "", ""][:2]
        self.words = rest[2:]

    def take_flag(self, *names: str) -> bool:
        """Return whether one of the flags was given, and take it off the words."""
        found = [word for word in self.words if word in names]
        self.words = [word for word in self.words if word not in names]
        return bool(found)

    def take_value(self, name: str) -> str | None:
        """Return the value of an option, and take both off the words."""
        values = self.take_values(name)
        return values[-1] if values else None

    def take_values(self, name: str) -> list[str]:
        """Return the values of an option that may be given many times, and take them off the words."""
        values = []
        while name in self.words:
            place = self.words.index(name)
            if place + 1 >= len(self.words):
                raise Usage(f"argument {name}: expected one argument")
            values.append(self.words[place + 1])
            del self.words[place : place + 2]
        return values

    def positional(self, least: int, most: int) -> list[str]:
        """Return what is left, which must be words and no options."""
        unknown = [word for word in self.words if word.startswith("--")]
        if unknown:
            raise Usage(f"Unknown options: {', '.join(unknown)}")
        if not least <= len(self.words) <= most:
            raise Usage("the following arguments are required: paths")
        return self.words


def _split(word: str) -> list[str]:
    name, sign, value = word.partition("=")
    return [name, value] if sign and name.startswith("--") and " " not in name else [word]
