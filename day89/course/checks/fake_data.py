"""Generate names, numbers and contents from a seed, so that a hard-coded answer fails and a run can be repeated."""

from __future__ import annotations

import random
import string
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Names"]

T = TypeVar("T")

LETTERS = string.ascii_lowercase + string.digits
OTHER_REGIONS = ("eu-west-1", "eu-central-1", "us-west-2", "ap-southeast-2", "ca-central-1", "sa-east-1")
WORDS = (
    *("amber", "birch", "cedar", "delta", "ember", "fjord", "grove", "heron", "islet", "jetty", "kelp", "larch"),
    *("maple", "north", "otter", "pearl", "quill", "raven", "slate", "tidal", "umber", "viola", "willow", "zephyr"),
)
# What real keys hold and what breaks code that pastes them into a URL or a shell: every one is a legal S3 key.
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html
AWKWARD = (" ", "+", "%", "'", '"', "é", "ü", "日", "ñ", "&", "=", "%20", "$HOME", "(1)")


class Names:
    """Made-up values, the same ones for the same seed and check.

    Args:
        seed: seed of the run.
        check: name of the check, so that each check gets values of its own.
    """

    def __init__(self, seed: int, check: str = "") -> None:
        self.seed = seed
        self._random = random.Random(f"{seed}:{check}")

    def choice(self, values: Sequence[T]) -> T:
        """Return one of the values."""
        return self._random.choice(values)

    def sample(self, values: Sequence[T], count: int) -> list[T]:
        """Return ``count`` different ones of the values."""
        return self._random.sample(values, count)

    def shuffled(self, values: Sequence[T]) -> list[T]:
        """Return the values in another order."""
        return self._random.sample(values, len(values))

    def number(self, low: int, high: int) -> int:
        """Return a whole number from ``low`` to ``high``, both included."""
        return self._random.randint(low, high)

    def real(self, low: float, high: float) -> float:
        """Return a number between two bounds, with two decimals."""
        return round(self._random.uniform(low, high), 2)

    def tag(self, length: int = 6) -> str:
        """Return a few letters and digits."""
        return "".join(self._random.choices(LETTERS, k=length))

    def word(self) -> str:
        """Return a plain word with a number: a name for an instance, a group, a role, a model, a rule."""
        return f"{self.choice(WORDS)}-{self.tag(4)}"

    def bucket(self) -> str:
        """Return a legal bucket name."""
        return f"{self.choice(WORDS)}-{self.tag(8)}"

    def region(self) -> str:
        """Return a region that is not us-east-1."""
        return self.choice(OTHER_REGIONS)

    def prefix(self) -> str:
        """Return a plain prefix that ends in a slash."""
        return f"{self.word()}/"

    def key(self, extension: str = "", *, prefix: str = "") -> str:
        """Return a key with awkward characters: spaces, signs, quotes, letters beyond ASCII.

        Args:
            extension: what the key ends in, such as ``".csv"``.
            prefix: what the key begins with.
        """
        first, second = self.sample(AWKWARD, 2)
        folder, name = f"{self.choice(WORDS)}{first}{self.tag(3)}", f"{self.choice(WORDS)}{second}{self.tag(4)}"
        return f"{prefix}{folder}/{name}{extension}"

    def plain_key(self, extension: str = "", *, prefix: str = "") -> str:
        """Return a key of letters, digits and hyphens."""
        return f"{prefix}{self.word()}{extension}"

    def keys(self, count: int, *, prefix: str = "", extension: str = "") -> list[str]:
        """Return different awkward keys, in no order."""
        return [self.key(f"-{number}{extension}", prefix=prefix) for number in self.shuffled(range(count))]

    def plain_keys(self, count: int, *, prefix: str = "", extension: str = "") -> list[str]:
        """Return different plain keys, in no order."""
        return [self.plain_key(f"-{number}{extension}", prefix=prefix) for number in self.shuffled(range(count))]

    def text(self, words: int = 8) -> str:
        """Return a line of words, with letters beyond ASCII."""
        return " ".join(self._random.choices(WORDS, k=words)) + " " + self.choice("éüñßø日") + self.tag(4)

    def bytes(self, count: int = 64) -> bytes:
        """Return random bytes."""
        return self._random.randbytes(count)

    def network(self, prefix_length: int = 24) -> str:
        """Return a public IPv4 network, such as ``"81.7.33.0/24"``."""
        address = (self.number(31, 98) << 24) | self._random.getrandbits(24)
        address &= ~((1 << (32 - prefix_length)) - 1)
        return ".".join(str(address >> shift & 255) for shift in (24, 16, 8, 0)) + f"/{prefix_length}"

    def rows(self, count: int = 8, *, missing: int = 2) -> list[dict[str, Any]]:
        """Return table rows: an id with leading zeros, an amount with a trailing zero, a word, a remark.

        Args:
            count: number of rows.
            missing: how many of the rows have one empty field. Empty fields are ``""``.
        """
        rows = [self._row(number) for number in range(count)]
        for row in self.sample(rows, missing):
            row[self.choice(("amount", "kind", "remark"))] = ""
        return rows

    def _row(self, number: int) -> dict[str, str]:
        return {
            "id": f"00{number}{self.number(0, 9)}",
            "amount": f"{self.number(1, 99)}.{self.number(1, 9)}0",
            "kind": self.choice(WORDS),
            "remark": self.text(2) + ("," if number % 2 else ' "q"'),
        }

    def frame(self, count: int = 60, features: int = 3, labels: Sequence[Any] = (0, 1)) -> pd.DataFrame:
        """Return a table of numbers whose last column, ``label``, follows from the others.

        Args:
            count: number of rows.
            features: number of number columns before the label.
            labels: the values of the label; each one has its own region.
        """
        import pandas as pd  # heavy: only the checks of exercises 4 and 5 ask for tables

        rows = []
        for number in range(count):
            which = number % len(labels)
            rows.append([round(self._random.gauss(4.0 * which, 1.0), 3) for _ in range(features)] + [labels[which]])
        return pd.DataFrame(rows, columns=[*(f"x{column}" for column in range(features)), "label"])
