"""Represent one instance of the fleet on this machine, beside what moto knows of it."""

from __future__ import annotations

import os
import re
from functools import partial
from pathlib import Path
from typing import Any

from day89.cloud.guest.commands import environment
from day89.cloud.instances.addresses import Address
from day89.cloud.instances.imds import MetadataListener
from day89.cloud.instances.imds_content import Tree
from day89.cloud.instances.moto import Seen
from day89.cloud.instances.user_data import read_user_data
from day89.sandbox.safe_open import open_beneath

__all__ = ["RunningInstance"]

CONSOLE_BYTES = 64 * 1024  # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetConsoleOutput.html
LOG = "var/log/cloud-init-output.log"
SCRIPT = "var/lib/cloud/instance/scripts/part-001"
PLACES = ("run/day89", "tmp", "root", "home/ec2-user", "opt", "var/log", "var/lib/cloud/instance/scripts")
# What names this machine's Python where bash does not look it up: the instance's is the first in its PATH.
PYTHON = re.compile(rb"(\bexec[ \t]+|(?<=\n)#![ \t]*)/usr/(?:local/)?bin/python3?(?=\s)")
ROOT = "@ROOT@"  # replaced by the supervisor: empty inside a jail, else the folder


class RunningInstance:
    """One instance of the fleet: its folder, its addresses, its processes."""

    def __init__(self, seen: Seen, root: Path, address: Address, lock: Any) -> None:
        """Take a place; nothing runs yet."""
        self.id = seen.id
        self.root = root
        self.address = address.outer
        self.localhost = address.localhost
        self.tree = Tree(seen, address.outer)
        self.metadata = MetadataListener(address.listener, self)
        self.alive = False  # it has (or may have) processes
        self.ending = False  # it has been told to end
        self.booted = False  # user data runs on the first boot only
        self.script_running = False
        self.has_script = False  # it was started with something to run
        self.quiet = False  # its user data has ended, and all that it left in the background
        self.exit_status: int | None = None
        self.seen = seen
        self._lock = lock

    @property
    def enabled(self) -> bool:
        """Return whether the metadata service is on."""
        return self.seen.metadata_enabled

    @property
    def token_required(self) -> bool:
        """Return whether the metadata service refuses IMDSv1."""
        return self.seen.required_tokens

    def read(self, path: str) -> str | bytes | None:
        """Answer for the metadata service."""
        with self._lock:
            return self.tree.read(path)

    def console(self) -> str:
        """Return the end of what the user data has printed, as ``get_console_output`` does."""
        try:
            with open(LOG, "rb", opener=partial(open_beneath, self.root)) as file:
                file.seek(max(0, file.seek(0, os.SEEK_END) - CONSOLE_BYTES))
                return file.read().decode("utf-8", errors="replace")
        except OSError:  # not there yet, or no longer the file that was made
            return ""

    @property
    def still(self) -> bool:
        """Return whether nothing runs here, and nothing will unless it is told to."""
        return not self.ending and not self.script_running and (self.quiet or not self.has_script)

    @property
    def idle(self) -> bool:
        """Return whether its user data has ended or it has no processes at all."""
        return not self.script_running

    def prepare(self) -> list[str]:
        """Write the user data into the instance's folder and return the command that runs it; empty where none does."""
        for place in PLACES:
            (self.root / place).mkdir(parents=True, exist_ok=True)
        for pipe in ("control", "console"):
            os.mkfifo(self.root / "run/day89" / pipe)
        script = read_user_data(self.seen.user_data)
        (self.root / LOG).write_text(script.note)
        if not script.text:
            return []
        (self.root / SCRIPT).write_bytes(PYTHON.sub(rb"\1/usr/bin/env python3", script.text))
        (self.root / SCRIPT).chmod(0o700)
        first = script.text.split(b"\n", 1)[0][2:].split()
        # "#!/usr/bin/python3" is the instance's python3, not this machine's.
        python = bool(first) and first[0].rpartition(b"/")[2].startswith(b"python")
        return ["python3", f"{ROOT}/{SCRIPT}"] if python else [f"{ROOT}/{SCRIPT}"]

    def order(self, commands: Path, endpoint: str) -> dict[str, Any]:
        """Return what the supervisor must know to start it.

        Args:
            commands: the folder of commands.
            endpoint: URL at which the instance reaches AWS.
        """
        own = {
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_EC2_METADATA_SERVICE_ENDPOINT": f"http://{self.metadata.endpoint}/",
            # botocore gives it one second and one attempt: on a busy machine a script would lose its credentials.
            # https://boto3.amazonaws.com/v1/documentation/api/latest/guide/configuration.html
            "AWS_METADATA_SERVICE_TIMEOUT": "20",
            "AWS_METADATA_SERVICE_NUM_ATTEMPTS": "3",
            "DAY89_METADATA": self.metadata.endpoint,
            "TMPDIR": f"{ROOT}/tmp",
        }
        if self.localhost:
            own |= {"DAY89_ADDRESS": self.address, "DAY89_LOCALHOST": self.localhost}
        return {
            "root": str(self.root),
            "environment": environment(commands, f"{ROOT}/run/day89", f"{ROOT}/root") | own,
            "cwd": f"{ROOT}/",
            "log": f"{ROOT}/{LOG}",
            "run": f"{ROOT}/run/day89",
        }
