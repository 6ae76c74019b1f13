"""Prepare a local cloud by a Python file of the user's: buckets and instances that are there when it is up."""

from __future__ import annotations

import os
import runpy
import sys
import traceback
from pathlib import Path
from unittest.mock import patch

from day89.errors import UsageError

__all__ = ["prepare"]


def prepare(path: Path, variables: dict[str, str]) -> None:
    """Run a Python file with the cloud's variables in its environment.

    Args:
        path: the file; it uses boto3 as any program does.
        variables: the ``AWS_*`` variables.

    Raises:
        UsageError: there is no such file, or it did not run to its end; the message says in which line.
    """
    if not path.is_file():
        raise UsageError(f"--init: there is no file {path}")
    try:
        with patch.dict(os.environ, variables), patch.object(sys, "argv", [str(path)]):
            runpy.run_path(str(path), run_name="__main__")
    except SystemExit as end:
        if end.code not in (None, 0):
            raise UsageError(f"--init: {path} ended with {end.code}") from None
    except Exception as error:
        lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
        line = error.lineno if isinstance(error, SyntaxError) else lines[-1] if lines else None
        where = f"{path}, line {line}" if line else str(path)
        raise UsageError(f"--init: {where}: {type(error).__name__}: {error}") from error
