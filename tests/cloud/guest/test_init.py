"""The first process of an instance tells what its programs did in the order in which they did it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

# In an interpreter of its own: the machine waits for every child of its process. The program has ordered its shutdown
# and has ended before the machine looks at either; which of the two it then looks at first must not matter.
PROGRAM = """
import json, os, sys
from types import SimpleNamespace
from day89.cloud.guest.init import GuestInit

told = []
machine = GuestInit.__new__(GuestInit)
machine.wire = SimpleNamespace(tell=told.append)
machine.console = SimpleNamespace(drain=lambda: True)
machine.run_folder, machine.programs = sys.argv[1], {}
machine.control, orders = os.pipe()
machine.signals, signals = os.pipe()
os.set_blocking(machine.control, False)
machine.script = os.fork()
if machine.script == 0:
    os.write(orders, b"shutdown now\\n")
    os._exit(0)
os.waitid(os.P_PID, machine.script, os.WEXITED | os.WNOWAIT)
os.write(signals, b"x")
machine._on_signal()
print(json.dumps([event["event"] for event in told]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="instances are processes of a Unix system")
def test_what_a_program_has_ordered_is_told_before_its_end(tmp_path) -> None:
    command = [sys.executable, "-c", PROGRAM, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert json.loads(done.stdout) == ["control", "ended", "quiet"]
