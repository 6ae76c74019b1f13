"""Run ``python FOLDER supervisor FD`` (``forkserver FD``, ``aws ...``) without importing the local cloud.

``day89.cloud`` imports moto, which costs a second. An instance has no use for it, so an empty package stands in its
place here, and only the files of this folder are loaded.
"""

from __future__ import annotations

import sys
import types
from importlib import import_module
from pathlib import Path

FOLDER = Path(__file__).resolve().parent


def stand_in() -> None:
    """Put light packages in the place of ``day89`` and ``day89.cloud``."""
    for name, folder in (("day89", FOLDER.parent.parent), ("day89.cloud", FOLDER.parent)):
        package = types.ModuleType(name)
        package.__path__ = [str(folder)]
        sys.modules[name] = package


def main() -> int:
    """Run the program that the first argument names."""
    stand_in()
    programs = {"supervisor": "supervisor", "forkserver": "forkserver", "aws": "aws.main"}
    return int(import_module(f"day89.cloud.guest.{programs[sys.argv[1]]}").main(sys.argv[2:]))


if __name__ == "__main__":
    raise SystemExit(main())
